// SPDX-License-Identifier: Apache-2.0
// Current memory use of a process under test. Any thread.
#pragma once

#include <cstdint>

namespace trace::testing {

// Allocated and not freed, of all arenas.
std::uint64_t heap_bytes();

// Private memory of the process: the heap with what it holds in reserve, stacks, the rest. Pages of
// the journal are the file's. Throws std::runtime_error if it cannot be read.
std::uint64_t anonymous_bytes();

}  // namespace trace::testing
