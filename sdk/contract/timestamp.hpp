// Time stamps of the contract: UTC with a capital Z. The SDK always writes six fractional
// digits; readers accept what docs/contract.md lists.
//
// Used by the encoder (one TimestampWriter per shipper), by record() for given time stamps and
// by the parser. A TimestampWriter belongs to one thread; the functions are pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace trace::detail {

// Appends 2025-10-13T12:00:00.123456Z, without quotes; what is finer than a microsecond is cut.
void append_timestamp(std::string& out, std::int64_t nanoseconds_since_epoch);

// The same for many time stamps near to each other: keeps the text of the last second.
class TimestampWriter {
 public:
  static constexpr std::size_t length = sizeof("2025-10-13T12:00:00.123456Z") - 1;

  // Writes `length` bytes; answers where they end.
  char* write(char* to, std::int64_t nanoseconds_since_epoch) noexcept;

 private:
  void begin_second(std::int64_t nanoseconds_since_epoch) noexcept;

  std::uint64_t second_ = 0;  // where the second of text_ begins, in nanoseconds
  std::array<char, length> text_{'1', '9', '7', '0', '-', '0', '1', '-', '0',
                                 '1', 'T', '0', '0', ':', '0', '0', ':', '0',
                                 '0', '.', '0', '0', '0', '0', '0', '0', 'Z'};
};

// True for YYYY-MM-DDTHH:MM[:SS[.1 to 13 digits]]Z that is on the calendar.
bool is_contract_timestamp(std::string_view text) noexcept;

}  // namespace trace::detail
