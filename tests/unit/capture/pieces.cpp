// SPDX-License-Identifier: Apache-2.0
#include "unit/capture/pieces.hpp"

#include <doctest/doctest.h>

#include <tuple>

#include "text/utf8.hpp"

namespace trace::testing {

using namespace trace::detail::capture;

std::vector<std::string> at_bars(std::string_view text) {
  std::vector<std::string> pieces(1);
  for (const char c : text) {
    if (c == '|') {
      pieces.emplace_back();
    } else {
      pieces.back() += c;
    }
  }
  return pieces;
}

std::vector<std::string> at_random(std::string_view text, std::size_t longest,
                                   std::mt19937& random) {
  std::vector<std::string> pieces;
  while (!text.empty()) {
    pieces.emplace_back(text.substr(0, 1 + random() % longest));
    text.remove_prefix(pieces.back().size());
  }
  return pieces;
}

std::string noise(std::size_t bytes, std::mt19937& random) {
  static constexpr std::string_view tokens[] = {"a",
                                                "word ",
                                                "\n",
                                                "\n",
                                                "\r",
                                                "\r\n",
                                                "100%",
                                                "\t",
                                                "\b",
                                                "\xE2\x82\xAC",
                                                "\x80",
                                                "\xF0\x9F\x98",
                                                "\xED\xA0\x80",
                                                "\xC2",
                                                "\xC2\x9B",
                                                "\xC2\xA7",
                                                "\xFF",
                                                "\x1B",
                                                "\x1B[31m",
                                                "\x1B[2K",
                                                "\x1B[2A",
                                                "\x1B[1B",
                                                "\x1B[80D",
                                                "\x1B[1G",
                                                "\x1B]0;title\x07",
                                                "\x1B]8;;",
                                                "\x1B\\",
                                                "\xC2\x9C",
                                                "\x1B(B",
                                                "\x1BM",
                                                "[",
                                                "A",
                                                "error: ",
                                                "\x1B[3C",
                                                "\x07",
                                                "\xC2\x9D",
                                                "\x1B[K",
                                                "\x1B[;5H",
                                                "line text ",
                                                "\x1BP1$r"};
  std::string text;
  while (text.size() < bytes) {
    const auto pick = random();
    if (pick % 97 == 0) {
      text.push_back(static_cast<char>(random()));
    } else if (pick % 389 == 0) {
      text.append(15'000 + random() % 20'000, 'x');
    } else if (pick % 41 == 0) {
      for (auto lines = random() % 40; lines > 0; --lines) text += "a plain line of some length\n";
    } else {
      text += tokens[pick % std::size(tokens)];
    }
  }
  return text;
}

void FramedText::take(trace::detail::lines::LineKind kind, std::string_view text) {
  REQUIRE(trace::detail::text::is_valid_utf8(text));
  REQUIRE(text.size() <= trace::detail::lines::LineFramer::max_line_bytes +
                             (kind == trace::detail::lines::LineKind::lines ? 1 << 20 : 1));
  std::string_view rest = text;
  switch (kind) {
    case trace::detail::lines::LineKind::lines:
      REQUIRE(text.ends_with('\n'));
      while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        REQUIRE(end <= trace::detail::lines::LineFramer::max_line_bytes);
        all.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end + 1);
      }
      return;
    case trace::detail::lines::LineKind::part:
      REQUIRE(text.find('\n') == std::string_view::npos);
      all.push_back(std::string(text) + "+");
      return;
    case trace::detail::lines::LineKind::last_part:
      REQUIRE(text.find('\n') == text.size() - 1);
      all.push_back("+" + std::string(text.substr(0, text.size() - 1)));
      return;
    case trace::detail::lines::LineKind::frame:
      REQUIRE(!text.empty());
      all.push_back("~" + std::string(text));
      return;
  }
}

bool KeptEvents::Event::operator==(const Event& other) const {
  const auto tied = [](const Event& each) {
    const CapturedEvent& e = each.event;
    return std::tie(e.stream, e.level, e.lines, e.continued, e.progress, e.is_late, e.at,
                    each.message, each.fields);
  };
  return tied(*this) == tied(other);
}

void KeptEvents::event(const CapturedEvent& event) {
  events.push_back({event, std::string(event.message), std::string(event.fields)});
  events.back().event.message = events.back().event.fields = {};
}

void KeptEvents::omitted(const Omission& omission) {
  omissions.push_back(omission);
  before_omission = events.size();
}

std::string KeptEvents::text() const {
  std::string text;
  for (const Event& each : events) {
    if (each.event.progress) continue;
    text += each.message;
    if (!each.event.continued) text += '\n';
  }
  return text;
}

std::vector<std::string> KeptEvents::messages() const {
  std::vector<std::string> messages;
  for (const Event& each : events) messages.push_back(each.message);
  return messages;
}

}  // namespace trace::testing
