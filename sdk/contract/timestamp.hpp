// SPDX-License-Identifier: Apache-2.0
// Time stamps of the contract: UTC with a capital Z. The SDK always writes six fractional
// digits; readers accept what docs/contract.md lists.
//
// Used by the encoder (one TimestampWriter per shipper), by record() for given time stamps and
// by the parser. A TimestampWriter belongs to one thread; the functions are pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "text/padded_text.hpp"

namespace trace::detail::contract {

// Appends 2025-10-13T12:00:00.123456Z, without quotes; truncated to microseconds.
void append_timestamp(std::string& out, std::int64_t nanoseconds_since_epoch);

// The same for many time stamps close to each other: caches the text of the last second.
class TimestampWriter {
 public:
  static constexpr std::size_t length = sizeof("2025-10-13T12:00:00.123456Z") - 1;

  // The space that write() needs: it overwrites bytes after the end.
  static constexpr std::size_t room = length + text::PaddedText::overhang;

  // Writes `length` bytes; returns their end.
  char* write(char* to, std::int64_t nanoseconds_since_epoch) noexcept {
    // Unsigned: a time before the second is far beyond its end, too.
    std::uint64_t nanoseconds = static_cast<std::uint64_t>(nanoseconds_since_epoch) - second_;
    if (nanoseconds >= 1'000'000'000) [[unlikely]] {
      begin_second(nanoseconds_since_epoch);
      nanoseconds = static_cast<std::uint64_t>(nanoseconds_since_epoch) - second_;
    }
    text_.write(to);
    const std::uint32_t micros = static_cast<std::uint32_t>(nanoseconds) / 1000;
    text::write_pair(to + 20, micros / 10'000);
    text::write_pair(to + 22, micros / 100 % 100);
    text::write_pair(to + 24, micros % 100);
    return to + length;
  }

 private:
  void begin_second(std::int64_t nanoseconds_since_epoch) noexcept;

  std::uint64_t second_ = 0;  // where the second of text_ begins, in nanoseconds
  text::PaddedText text_{"1970-01-01T00:00:00.000000Z"};
};

// True for YYYY-MM-DDTHH:MM[:SS[.1 to 13 digits]]Z with a valid date.
bool is_contract_timestamp(std::string_view text) noexcept;

}  // namespace trace::detail::contract
