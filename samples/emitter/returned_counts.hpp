// The file of --returned: one little-endian 64-bit count per thread of the events whose record()
// has answered accepted. It is mapped, so that what it says survives the death of the emitter and
// anybody can check from outside what was promised.
//
// Each thread raises its own count; the reading side is for `verify`.
#pragma once

#include <trace/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace trace::cli {

class ReturnedCounts {
 public:
  ReturnedCounts() = default;  // counts nothing
  // Makes or overwrites the file: all counts are 0.
  static Result<ReturnedCounts> create(const std::string& path, std::size_t threads);
  ~ReturnedCounts();
  ReturnedCounts(ReturnedCounts&& other) noexcept;
  ReturnedCounts& operator=(ReturnedCounts&& other) noexcept;

  void raise(std::size_t thread, std::uint64_t count) noexcept;

 private:
  std::uint64_t* counts_ = nullptr;
  std::size_t threads_ = 0;
};

// What a file holds now.
Result<std::vector<std::uint64_t>> read_returned_counts(const std::string& path);

}  // namespace trace::cli
