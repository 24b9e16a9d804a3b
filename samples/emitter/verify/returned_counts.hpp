// SPDX-License-Identifier: Apache-2.0
// The file of --returned: per thread, a little-endian 64-bit count of the events that record() has
// accepted. It is memory-mapped, so it survives a kill of the emitter, and `verify` can compare it
// with the store.
//
// Each thread raises its own count; `verify` reads the file.
#pragma once

#include <trace/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace trace::cli::verify {

class ReturnedCounts {
 public:
  ReturnedCounts() = default;  // counts nothing
  // Creates or overwrites the file with counts of 0.
  static Result<ReturnedCounts> create(const std::string& path, std::size_t threads);

  void raise(std::size_t thread, std::uint64_t count) noexcept;

 private:
  struct Unmap {
    std::size_t bytes;
    void operator()(std::uint64_t* counts) const noexcept;
  };
  std::unique_ptr<std::uint64_t[], Unmap> counts_;
};

// The counts in a file.
Result<std::vector<std::uint64_t>> read_returned_counts(const std::string& path);

}  // namespace trace::cli::verify
