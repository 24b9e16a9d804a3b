// SPDX-License-Identifier: Apache-2.0
#include "ship/message_plan.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <exception>

#include "contract/data_keys.hpp"
#include "journal/slab_reader.hpp"
#include "ship/payload_reader.hpp"
#include "text/json_text.hpp"
#include "text/plain_json.hpp"
#include "text/utf8.hpp"
#include "tokens/token_anchors.hpp"

namespace trace::detail::ship {
namespace {

constexpr std::size_t longest_format = 2048;
constexpr std::size_t longest_number = 32;  // of any type, as fmt and the JSON writer print it
static_assert(longest_number >= text::longest_number);
// Of an event, less than the contract's 128 KiB by more than the members before the message.
constexpr std::size_t most_json_bytes = 120 * 1024;

template <class Integer>
[[gnu::always_inline]] inline char* put_integer(char* to, Integer value) {
  // Most numbers are small, and a narrow division is faster.
  const auto small = static_cast<std::uint32_t>(value);
  return small == value ? std::to_chars(to, to + longest_number, small).ptr
                        : std::to_chars(to, to + longest_number, value).ptr;
}

// A value of a message, or of a member of data; null for JSON that needs repair. Not visit_value():
// this is the fast path, and its calls cost 2 % per event.
template <bool is_member>
char* put_value(char* to, Tag tag, PayloadReader& payload) {
  const auto put_text = [&](std::string_view text) {
    return is_member ? text::write_quoted(to, text) : text::write_escaped(to, text);
  };
  const auto put_float = [&](auto value) {
    return is_member ? text::write_number(to, value) : fmt::format_to(to, FMT_COMPILE("{}"), value);
  };
  switch (tag) {
    case Tag::boolean:
      return text::put(to, payload.word() != 0 ? "true" : "false");
    case Tag::character: {
      const char character = payload.value<char>();
      return put_text({&character, 1});
    }
    case Tag::int64:
      return put_integer(to, payload.value<std::int64_t>());
    case Tag::uint64:
      return put_integer(to, payload.word());
    case Tag::float32:
      return put_float(payload.value<float>());
    case Tag::float64:
      return put_float(payload.value<double>());
    case Tag::pointer: {
      char text[longest_number];
      const char* end = fmt::format_to(text, FMT_COMPILE("{}"), payload.value<const void*>());
      return put_text({text, static_cast<std::size_t>(end - text)});
    }
    case Tag::json:
      return is_member ? text::write_plain_json(to, payload.text()) : put_text(payload.text());
    default:
      return put_text(payload.text());
  }
}

char* put_formatted(char* to, const ValueFormat& format, PayloadReader& payload) try {
  fmt::memory_buffer formatted;
  format.append(formatted, payload);
  return text::write_escaped(to, {formatted.data(), formatted.size()});
} catch (const std::exception&) {
  return nullptr;
}

bool is_stored_as_text(Tag tag) noexcept { return tag == Tag::string || tag == Tag::json; }

// May print any character.
bool is_text(Tag tag) noexcept { return is_stored_as_text(tag) || tag == Tag::character; }

bool has_anchor(std::string_view text) noexcept {
  return tokens::next_anchor(text, 0) != text.size();
}

}  // namespace

std::optional<MessagePlan> MessagePlan::compile(const journal::SiteView& site) {
  // An invalid character could be completed by the value beside it.
  if (site.format.size() > longest_format || !text::is_valid_utf8(site.format)) return std::nullopt;
  MessagePlan plan;
  if (!plan.add_fields(site) || !plan.add_message(site)) return std::nullopt;
  plan.set_limits(site);
  plan.site_may_hold_anchor_ = plan.sites_text_may_hold_anchor();
  plan.payload_has_text_ = std::ranges::any_of(site.tags, is_text);
  return plan;
}

bool MessagePlan::add_fields(const journal::SiteView& site) {
  for (std::size_t i = 0; i < site.fields; ++i) {
    const Tag tag = site.tags[i];
    if (tag < Tag::boolean || tag > Tag::json || contract::is_reserved_key(site.names[i])) {
      return false;
    }
    const std::string before =
        (i == 0 ? ",\"data\":{" : ",") + text::in_quotes(site.names[i]) + ":";
    fields_.push_back({text::PaddedText(before), tag});
    fixed_bytes_ += before.size() + longest_number + 4;
  }
  return true;
}

bool MessagePlan::add_message(const journal::SiteView& site) {
  const bool has_message = !site.format.empty();
  std::string literal;
  std::string before = has_message ? ",\"message\":\"" : "";
  const auto take_literal = [&] {
    const std::string whole = text::in_quotes(literal);
    literal.clear();
    text::PaddedText json(before.append(whole, 1, whole.size() - 2));
    fixed_bytes_ += json.size() + longest_number;
    before.clear();
    return json;
  };
  const std::span<const Tag> tags = site.tags.subspan(site.fields);
  std::string_view rest = site.format;
  while (!rest.empty()) {
    if (rest.starts_with("{{") || rest.starts_with("}}")) {
      literal += rest.front();
      rest.remove_prefix(2);
    } else if (rest.front() == '{') {
      const std::size_t end = rest.find('}');
      if (end == std::string_view::npos || message_.size() == tags.size()) return false;
      const Tag tag = tags[message_.size()];
      if (tag < Tag::boolean || tag > Tag::json) return false;
      Step step{take_literal(), tag};
      step.joins = step.before.empty();
      const std::string_view specifier = rest.substr(1, end - 1);
      if (!specifier.empty() && specifier != ":") {
        if (specifier.front() != ':') return false;
        step.format = ValueFormat::parse(tag, specifier.substr(1));
        if (!step.format) return false;
        fixed_bytes_ += ValueFormat::most_bytes;
      }
      message_.push_back(std::move(step));
      rest.remove_prefix(end + 1);
    } else if (rest.front() == '}') {
      return false;
    } else {
      literal += rest.front();
      rest.remove_prefix(1);
    }
  }
  if (message_.size() != tags.size()) return false;
  after_message_.assign(std::string(take_literal().text()) + (has_message ? "\"" : ""));
  return true;
}

void MessagePlan::set_limits(const journal::SiteView& site) {
  // What the message has at most besides the payload's texts.
  std::size_t message = site.format.size();
  for (const Step& step : message_) {
    message += step.format ? ValueFormat::most_bytes : longest_number;
  }
  const std::size_t fixed = bound(0);
  if (message >= max_message_bytes || fixed >= most_json_bytes) return;
  constexpr std::size_t quoted = text::quoted_bound(1) - text::quoted_bound(0);
  most_payload_ = std::min(max_message_bytes - message, (most_json_bytes - fixed) / quoted);
}

bool MessagePlan::sites_text_may_hold_anchor() const noexcept {
  // A member's value is quoted, or a number or JSON after a colon, so name and value cannot form an
  // anchor together.
  for (const Step& field : fields_) {
    if (has_anchor(field.before.text())) return true;
  }
  // Numbers and the like are part of no anchor. A text may contain the rest of one.
  bool after_text = false;
  const auto may_hold = [&](std::string_view text, bool before_text) {
    return has_anchor(text) || (before_text && tokens::may_begin_anchor(text)) ||
           (after_text && tokens::may_end_anchor(text)) ||
           (after_text && before_text && tokens::may_be_within_anchor(text));
  };
  for (const Step& step : message_) {
    // What a specifier adds to a text, or makes of a value, is in neither site nor payload.
    if (step.format && !step.format->writes_digits()) return true;
    if (may_hold(step.before.text(), is_text(step.tag))) return true;
    after_text = is_text(step.tag);
  }
  // The quote at the end is the JSON's.
  std::string_view last = after_message_.text();
  if (!last.empty()) last.remove_suffix(1);
  return may_hold(last, false);
}

bool MessagePlan::may_hold_anchor(std::span<const std::byte> payload) const noexcept {
  if (site_may_hold_anchor_) return true;
  if (!payload_has_text_ || payload.empty()) return false;
  // The payload includes the texts' sizes and numbers, which sometimes look like an anchor.
  const std::string_view bytes(reinterpret_cast<const char*>(payload.data()), payload.size());
  return has_anchor(bytes);
}

std::size_t MessagePlan::bound(std::size_t payload_bytes) const noexcept {
  return fixed_bytes_ + text::quoted_bound(payload_bytes) + text::PaddedText::overhang;
}

[[gnu::always_inline]] inline char* MessagePlan::write_message(char* to,
                                                               PayloadReader& payload) const {
  for (const Step& step : message_) {
    char* const begin = step.before.write(to);
    to = step.format ? put_formatted(begin, *step.format, payload)
                     : put_value<false>(begin, step.tag, payload);
    if (to == nullptr) return nullptr;
    // Two values may be halves of one character. This one then begins with U+FFFD.
    if (step.joins && static_cast<unsigned char>(begin[-1]) >= 0x80 && to != begin &&
        *begin == text::replacement_character.front()) [[unlikely]] {
      return nullptr;
    }
  }
  return after_message_.write(to);
}

char* MessagePlan::write(char* to, std::span<const std::byte> bytes) const {
  PayloadReader payload(bytes);
  for (const Step& field : fields_) {
    if (is_stored_as_text(field.tag)) {
      payload.text();
    } else {
      payload.word();
    }
  }
  to = write_message(to, payload);
  if (payload.failed() || to == nullptr) return nullptr;
  if (fields_.empty()) return to;
  PayloadReader fields(bytes);
  return write_fields(to, fields);
}

char* MessagePlan::write_fields(char* to, PayloadReader& payload) const {
  for (const Step& field : fields_) {
    to = put_value<true>(field.before.write(to), field.tag, payload);
    if (to == nullptr) return nullptr;
  }
  *to++ = '}';
  return to;
}

}  // namespace trace::detail::ship
