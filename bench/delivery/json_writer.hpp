// SPDX-License-Identifier: Apache-2.0
// JsonWriter: the contract's JSON of the event that every benchmark records, as cheaply as it can
// be written: with ids that are ready and a table that says which bytes to escape.
#pragma once

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "record/event.hpp"

namespace trace::bench {

class JsonWriter {
 public:
  static constexpr std::size_t longest_event = 1024;

  // Of events of this run.
  explicit JsonWriter(std::string_view run = run_id)
      : before_second_(
            fmt::format(R"(","runId":"{}","nodeId":"{}","type":"PROGRESS","level":"info",)"
                        R"("timestamp":"2025-10-13T12:34:56.)",
                        run, node_id)) {}

  // Writes one event and a comma to `at`; returns its end.
  char* write(char* at, std::uint64_t sequence, std::uint64_t number, std::uint32_t microseconds) {
    at = put(at, before_sequence_);
    at = put_digits(at, sequence, 12);
    at = put(at, before_second_);
    at = put_digits(at, microseconds, 6);
    at = put(at, R"(Z","message":")");
    at = std::to_chars(at, at + 20, number).ptr;
    *at++ = ' ';
    at = put_escaped(at, text);
    return put(at, "\"},");
  }

 private:
  static constexpr std::array<bool, 256> escaped = [] {
    std::array<bool, 256> table{};
    for (unsigned i = 0; i < 0x20; ++i) table[i] = true;
    table['"'] = table['\\'] = true;
    return table;
  }();

  static char* put(char* at, std::string_view bytes) {
    std::memcpy(at, bytes.data(), bytes.size());
    return at + bytes.size();
  }
  static char* put_escaped(char* at, std::string_view bytes) {
    for (const char byte : bytes) {
      if (escaped[static_cast<unsigned char>(byte)]) *at++ = '\\';
      *at++ = byte;
    }
    return at;
  }
  static char* put_digits(char* at, std::uint64_t value, int digits) {
    for (int i = digits - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
    return at + digits;
  }

  const std::string before_sequence_ = R"({"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV-0-)";
  const std::string before_second_;
};

}  // namespace trace::bench
