// SPDX-License-Identifier: Apache-2.0
#include "ship/message_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "journal/slab_reader.hpp"
#include "ship/payload_reader.hpp"
#include "text/json_text.hpp"
#include "tokens/token_anchors.hpp"

namespace trace::detail::ship {
namespace {

constexpr std::size_t longest_format = 2048;
constexpr std::size_t longest_number = 32;  // of any type, as fmt and the JSON writer print it

bool is_planned(Tag tag) noexcept { return tag >= Tag::boolean && tag <= Tag::string; }

template <class Number>
char* put_number(char* to, Number value) {
  if constexpr (std::is_floating_point_v<Number>) {
    return fmt::format_to(to, "{}", value);
  } else {
    // Most numbers are small, and a narrow division is faster.
    const auto small = static_cast<std::uint32_t>(value);
    return small == value ? std::to_chars(to, to + longest_number, small).ptr
                          : std::to_chars(to, to + longest_number, value).ptr;
  }
}

// Shared by messages and members of data. Not visit_value(): this is the fast path, and its larger
// switch costs 2 % per event.
char* put_value(char* to, Tag tag, PayloadReader& payload) {
  switch (tag) {
    case Tag::boolean:
      return text::put(to, payload.word() != 0 ? "true" : "false");
    case Tag::character: {
      const char character = payload.value<char>();
      return text::write_escaped(to, {&character, 1});
    }
    case Tag::int64:
      return put_number(to, payload.value<std::int64_t>());
    case Tag::uint64:
      return put_number(to, payload.word());
    case Tag::float32:
      return put_number(to, payload.value<float>());
    case Tag::float64:
      return put_number(to, payload.value<double>());
    default:
      return text::write_escaped(to, payload.text());
  }
}

bool is_quoted(Tag tag) noexcept { return tag == Tag::string || tag == Tag::character; }

bool is_float(Tag tag) noexcept { return tag == Tag::float32 || tag == Tag::float64; }

bool has_anchor(std::string_view text) noexcept {
  return tokens::next_anchor(text, 0) != text.size();
}

}  // namespace

std::optional<MessagePlan> MessagePlan::compile(const journal::SiteView& site) {
  if (site.format.size() > longest_format) return std::nullopt;
  for (const Tag tag : site.tags) {
    if (!is_planned(tag)) return std::nullopt;
  }
  MessagePlan plan;
  for (std::size_t i = 0; i < site.fields; ++i) {
    // JSON cannot represent every float; the general encoder handles them.
    if (is_float(site.tags[i])) return std::nullopt;
    const std::string before =
        (i == 0 ? ",\"data\":{" : ",") + text::in_quotes(site.names[i]) + ":";
    plan.fields_.push_back({text::PaddedText(before), site.tags[i]});
    plan.fixed_bytes_ += before.size() + longest_number + 4;
  }
  if (!plan.add_message(site)) return std::nullopt;
  plan.site_may_hold_anchor_ = plan.sites_text_may_hold_anchor();
  plan.payload_has_text_ = std::ranges::any_of(site.tags, is_quoted);
  return plan;
}

bool MessagePlan::add_message(const journal::SiteView& site) {
  const bool has_message = !site.format.empty();
  std::string text;
  std::string before = has_message ? ",\"message\":\"" : "";
  const auto literal = [&] {
    const std::string whole = text::in_quotes(text);
    text.clear();
    const text::PaddedText json(before.append(whole, 1, whole.size() - 2));
    fixed_bytes_ += json.size() + longest_number;
    before.clear();
    return json;
  };
  const std::span<const Tag> tags = site.tags.subspan(site.fields);
  for (std::size_t i = 0; i < site.format.size(); ++i) {
    const std::string_view two = site.format.substr(i, 2);
    if (two == "{}") {
      if (message_.size() == tags.size()) return false;
      const Tag tag = tags[message_.size()];
      message_.push_back({literal(), tag});
      ++i;
    } else if (two == "{{" || two == "}}") {
      text += two.front();
      ++i;
    } else if (two.front() == '{' || two.front() == '}') {
      return false;
    } else {
      text += two.front();
    }
  }
  if (message_.size() != tags.size()) return false;
  after_message_.assign(std::string(literal().text()) + (has_message ? "\"" : ""));
  return true;
}

bool MessagePlan::sites_text_may_hold_anchor() const noexcept {
  // A member's value is quoted, or a number after a colon, so name and value cannot form an anchor
  // together.
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
    if (may_hold(step.before.text(), is_quoted(step.tag))) return true;
    after_text = is_quoted(step.tag);
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

char* MessagePlan::write(char* to, std::span<const std::byte> bytes) const {
  PayloadReader payload(bytes);
  for (const Step& field : fields_) {
    if (field.tag == Tag::string) {
      payload.text();
    } else {
      payload.word();
    }
  }
  for (const Step& step : message_) {
    to = put_value(step.before.write(to), step.tag, payload);
  }
  to = after_message_.write(to);
  if (payload.failed()) return nullptr;
  return fields_.empty() ? to : write_fields(to, bytes);
}

char* MessagePlan::write_fields(char* to, std::span<const std::byte> bytes) const {
  PayloadReader payload(bytes);
  for (const Step& field : fields_) {
    to = field.before.write(to);
    if (is_quoted(field.tag)) *to++ = '"';
    to = put_value(to, field.tag, payload);
    if (is_quoted(field.tag)) *to++ = '"';
  }
  *to++ = '}';
  return to;
}

}  // namespace trace::detail::ship
