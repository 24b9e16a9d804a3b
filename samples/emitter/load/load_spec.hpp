// SPDX-License-Identifier: Apache-2.0
// What `emit` is asked to record. Plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace trace::cli::load {

struct LoadSpec {
  std::uint64_t events = 0;  // of all threads together
  std::size_t threads = 1;
  double rate = 0;  // events per second of all threads together; 0: unlimited
  std::string label;
};

}  // namespace trace::cli::load
