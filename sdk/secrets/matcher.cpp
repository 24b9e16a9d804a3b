// SPDX-License-Identifier: Apache-2.0
#include "secrets/matcher.hpp"

#include <algorithm>
#include <cstring>

#include "secrets/text_redactor.hpp"
#include "text/utf8.hpp"

namespace trace {
namespace detail::secrets {
namespace {

// Adds quotes to the replacement if it is not within a JSON string.
template <class Sink>
class JsonSink {
 public:
  explicit JsonSink(Sink& sink) : sink_(sink) {}

  void operator()(std::string_view piece) {
    const bool is_bare = piece.data() == replacement.data() && !in_string_;
    if (piece.data() != replacement.data()) {
      for (const char c : piece) follow(c);
    }
    if (is_bare) sink_("\"");
    sink_(piece);
    if (is_bare) sink_("\"");
  }

 private:
  void follow(char c) noexcept {
    if (c == '"' && !is_escaped_) in_string_ = !in_string_;
    is_escaped_ = c == '\\' && !is_escaped_;
  }

  Sink& sink_;
  bool in_string_ = false;
  bool is_escaped_ = false;
};

template <class Sink>
void redact(const Matcher& matcher, std::string_view text, TextSort sort, Sink&& sink) {
  TextRedactor redactor;
  const Pieces pieces{{}, text};
  if (sort == TextSort::json) {
    JsonSink<Sink> json(sink);
    redactor.read(matcher, pieces, json);
    redactor.finish(pieces, json);
    return;
  }
  redactor.read(matcher, pieces, sink);
  if (sort == TextSort::whole) redactor.finish(pieces, sink);
}

// Breaks may be as many as symbols.
std::size_t longest_text_of(std::string_view form) {
  const auto gaps = static_cast<std::size_t>(std::count(form.begin(), form.end(), gap));
  if (gaps > 0) return form.size() - gaps + gaps * longest_gap;
  return form.size() * (1 + sizeof "=\r" - 1 + longest_break);
}

}  // namespace

Matcher::Matcher(std::span<const std::string> forms, std::vector<std::string> values)
    : automaton_(forms), candidates_(forms), values_(std::move(values)) {
  for (const std::string& form : forms) longest_ = std::max(longest_, longest_text_of(form));
}

std::size_t Matcher::bytes() const noexcept {
  std::size_t sum = automaton_.bytes() + candidates_.bytes();
  for (const std::string& value : values_) sum += sizeof value + value.size();
  return sum;
}

bool Matcher::has_match(std::string_view text, TextSort sort) const noexcept {
  const Pieces pieces{{}, text};
  Walk walk;
  for (std::size_t at = 0; at < text.size();) {
    const Candidates::Place place = candidates_.next(text, at);
    if (place.seen == text.size() && sort != TextSort::cut) return false;
    for (at = place.begin; at < text.size();) {
      walk.read(automaton_, pieces, at++);
      if (walk.has_match(automaton_)) return true;
      if (at <= place.seen) continue;
      if (walk.is_idle()) break;
      const FormLength length = walk.under_way(automaton_);
      if (walk.is_in_step() && !length.is_irregular && length.symbols <= candidates_.window() &&
          at - length.symbols > place.seen) {
        at -= length.symbols;
        walk = {};
        break;
      }
    }
  }
  return sort == TextSort::cut &&
         walk.begin_of_under_way(automaton_, pieces, text.size()) < text.size();
}

std::size_t Matcher::redacted_size(std::string_view text, TextSort sort) const noexcept {
  std::size_t size = 0;
  redact(*this, text, sort, [&](std::string_view piece) { size += piece.size(); });
  return size;
}

char* Matcher::write_redacted(char* to, std::string_view text, TextSort sort) const noexcept {
  redact(*this, text, sort, [&](std::string_view piece) {
    std::memcpy(to, piece.data(), piece.size());
    to += piece.size();
  });
  return to;
}

std::string Matcher::redacted(std::string_view text, TextSort sort) const {
  std::string out;
  redact(*this, text, sort, [&](std::string_view piece) { out += piece; });
  return out;
}

}  // namespace detail::secrets

constexpr std::string_view missing = "…";

CutText RedactedText::beginning(std::size_t most_bytes) const {
  if (text_.size() <= most_bytes) return CutText(std::string(text_));
  const std::size_t kept = most_bytes - std::min(most_bytes, missing.size());
  return CutText(std::string(detail::text::trimmed_utf8(text_, kept)).append(missing));
}

CutText RedactedText::end(std::size_t most_bytes) const {
  if (text_.size() <= most_bytes) return CutText(std::string(text_));
  const std::size_t kept = most_bytes - std::min(most_bytes, missing.size());
  return CutText(std::string(missing).append(detail::text::utf8_tail(text_, kept)));
}

}  // namespace trace
