// SPDX-License-Identifier: Apache-2.0
#include "contract/event_prefix.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "text/json_text.hpp"

namespace trace::detail::contract {

std::string emitter_id(std::string_view session, std::uint32_t lane) {
  return fmt::format("{}-{}", session, lane);
}

std::string event_id(std::string_view session, std::uint32_t lane, std::uint64_t sequence) {
  return fmt::format("{}-{}-{:0{}}", session, lane, sequence, least_sequence_digits);
}

void append_node(std::string& to, std::string_view run_id, std::string_view node_id) {
  text::append_quoted(to, run_id);
  to += ",\"nodeId\":";
  text::append_quoted(to, node_id);
}

void EventPrefix::make(std::string_view session, std::uint32_t lane) {
  std::string text = fmt::format("{{\"id\":\"{}-{}-", session, lane);
  digits_begin_ = text.size();
  digits_end_ = digits_begin_ + least_sequence_digits;
  text += fmt::format("{:0{}}\",\"runId\":", 0, least_sequence_digits);
  text_.assign(text);
  lane_ = lane;
  hundred_ = 0;
}

void EventPrefix::turn(std::uint64_t sequence) {
  const fmt::format_int shortest(sequence);
  const std::size_t digits = std::max(least_sequence_digits, shortest.size());
  if (digits != digits_end_ - digits_begin_) {
    std::string text(text_.text());
    text.replace(digits_begin_, digits_end_ - digits_begin_, digits, '0');
    digits_end_ = digits_begin_ + digits;
    text_.assign(text);
  }
  text::write_digits(text_.data() + digits_begin_, static_cast<int>(digits), sequence);
  hundred_ = sequence - sequence % 100;
}

}  // namespace trace::detail::contract
