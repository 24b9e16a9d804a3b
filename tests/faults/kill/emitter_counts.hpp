// SPDX-License-Identifier: Apache-2.0
// Shared by the kill harness and its emitter: the names of the runs and
// the places in the file of returned counts. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <string>

namespace trace::testing {

// Places of work of one emitter, each held by one thread at a time.
inline constexpr std::size_t places = 2;

inline std::string run_name(std::size_t run) { return "run-" + std::to_string(run); }

// Numbers in the file: one per run and place, then one per run that says that its node was started.
inline constexpr std::size_t counts_of(std::size_t runs) { return runs * places + runs; }
inline constexpr std::size_t start_count(std::size_t runs, std::size_t run) {
  return runs * places + run;
}

}  // namespace trace::testing
