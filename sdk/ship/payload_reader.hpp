// SPDX-License-Identifier: Apache-2.0
// PayloadReader: reads the values and texts after an event's header, one by one, as
// trace::detail::store wrote them. Bounds-checked: reading past the end fails and stays failed.
// Used by the encoder and its plans. One thread.
#pragma once

#include <trace/record.hpp>

#include <cstddef>
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

// Reads a value of this type and passes it to `visit`: bool, char, a number, const void*,
// std::string_view or Json. False, without a call, for an invalid tag.
template <class Visit>
bool visit_value(Tag tag, PayloadReader& payload, Visit visit) {
  switch (tag) {
    case Tag::boolean:
      visit(payload.word() != 0);
      return true;
    case Tag::character:
      visit(payload.value<char>());
      return true;
    case Tag::int64:
      visit(payload.value<std::int64_t>());
      return true;
    case Tag::uint64:
      visit(payload.word());
      return true;
    case Tag::float32:
      visit(payload.value<float>());
      return true;
    case Tag::float64:
      visit(payload.value<double>());
      return true;
    case Tag::pointer:
      visit(payload.value<const void*>());
      return true;
    case Tag::string:
      visit(payload.text());
      return true;
    case Tag::json:
      visit(Json{payload.text()});
      return true;
    default:
      return false;
  }
}

}  // namespace trace::detail::ship
