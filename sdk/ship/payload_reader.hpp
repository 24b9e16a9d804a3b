// SPDX-License-Identifier: Apache-2.0
// PayloadReader: the values and texts after an event's header, one by one, as trace::detail::store
// wrote them. Bounds-checked: reading past the end fails and stays failed.
#pragma once

#include <trace/record.hpp>

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace trace::detail::ship {

class PayloadReader {
 public:
  explicit PayloadReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint64_t word() noexcept {
    std::uint64_t value = 0;
    if (bytes_.size() < 8) {
      failed_ = true;
    } else {
      std::memcpy(&value, bytes_.data(), 8);
      bytes_ = bytes_.subspan(8);
    }
    return value;
  }

  template <class T>
  T value() noexcept {
    const std::uint64_t raw = word();
    T result;
    std::memcpy(&result, &raw, sizeof result);
    return result;
  }

  std::string_view text() noexcept {
    std::uint32_t size = 0;
    if (bytes_.size() < 4) {
      failed_ = true;
      return {};
    }
    std::memcpy(&size, bytes_.data(), 4);
    if (size > bytes_.size() - 4) {
      failed_ = true;
      return {};
    }
    const std::string_view text(reinterpret_cast<const char*>(bytes_.data()) + 4, size);
    bytes_ = bytes_.subspan(4 + std::size_t{size});
    return text;
  }

  bool failed() const noexcept { return failed_; }

 private:
  std::span<const std::byte> bytes_;
  bool failed_ = false;
};

}  // namespace trace::detail::ship
