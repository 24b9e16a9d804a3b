// SPDX-License-Identifier: Apache-2.0
// Numbers for people. Pure function, safe on any thread.
#pragma once

#include <cstdint>
#include <string>

namespace trace::cli::output {

// 1204 -> "1,204".
std::string thousands(std::uint64_t number);

}  // namespace trace::cli::output
