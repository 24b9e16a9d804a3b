// What a process under test has in memory at the moment. Any thread.
#pragma once

#include <cstdint>

namespace trace::testing {

// Allocated and not freed, of all arenas.
std::uint64_t heap_bytes();

// Private memory of the process: the heap with what it holds in reserve, stacks, the rest. Pages of
// the journal are the file's. Throws std::runtime_error when the kernel does not tell.
std::uint64_t anonymous_bytes();

}  // namespace trace::testing
