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

void EventPrefix::make(std::string_view session, std::uint32_t lane, std::string_view run_id,
                       std::string_view node_id) {
  fmt::memory_buffer text;  // usually without an allocation
  const auto append_quoted = [&](std::string_view id) {
    const std::size_t before = text.size();
    text.resize(before + text::quoted_bound(id.size()));
    const char* end = text::write_quoted(text.data() + before, id);
    text.resize(static_cast<std::size_t>(end - text.data()));
  };
  fmt::format_to(fmt::appender(text), "{{\"id\":\"{}-{}-", session, lane);
  digits_begin_ = text.size();
  digits_end_ = digits_begin_ + least_sequence_digits;
  fmt::format_to(fmt::appender(text), "{:0{}}\",\"runId\":", 0, least_sequence_digits);
  append_quoted(run_id);
  text.append(std::string_view(",\"nodeId\":"));
  append_quoted(node_id);
  text_.assign({text.data(), text.size()});
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
