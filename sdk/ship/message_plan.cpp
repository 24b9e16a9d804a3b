#include "ship/message_plan.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "contract/json_quoting.hpp"
#include "contract/json_text.hpp"
#include "journal/slab_reader.hpp"

namespace trace::detail {
namespace {

constexpr std::size_t longest_format = 2048;
constexpr std::size_t longest_number = 32;  // of any type, as fmt and the JSON writer print it

bool is_planned(Tag tag) noexcept {
  switch (tag) {
    case Tag::boolean:
    case Tag::character:
    case Tag::int64:
    case Tag::uint64:
    case Tag::float32:
    case Tag::float64:
    case Tag::string:
      return true;
    default:
      return false;
  }
}

char* put(char* to, std::string_view bytes) noexcept {
  std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

template <class Number>
char* put_number(char* to, Number value) {
  if constexpr (std::is_floating_point_v<Number>) {
    return fmt::format_to(to, "{}", value);
  } else {
    const fmt::format_int digits(value);
    return put(to, {digits.data(), digits.size()});
  }
}

// What text and numbers have in common, in a message and as a member of data.
char* put_value(char* to, Tag tag, PayloadReader& payload) {
  switch (tag) {
    case Tag::boolean:
      return put(to, payload.word() != 0 ? "true" : "false");
    case Tag::character: {
      const char character = payload.value<char>();
      return write_escaped(to, {&character, 1});
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
      return write_escaped(to, payload.text());
  }
}

bool is_quoted(Tag tag) noexcept { return tag == Tag::string || tag == Tag::character; }

bool is_float(Tag tag) noexcept { return tag == Tag::float32 || tag == Tag::float64; }

std::string quoted(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

}  // namespace

std::optional<MessagePlan> MessagePlan::compile(const SiteView& site) {
  if (site.format.size() > longest_format) return std::nullopt;
  for (const Tag tag : site.tags) {
    if (!is_planned(tag)) return std::nullopt;
  }
  MessagePlan plan;
  for (std::size_t i = 0; i < site.fields; ++i) {
    // JSON has no text for every float; the encoder knows what to do then.
    if (is_float(site.tags[i])) return std::nullopt;
    plan.fields_.push_back(
        {(i == 0 ? ",\"data\":{" : ",") + quoted(site.names[i]) + ":", site.tags[i]});
    plan.fixed_bytes_ += plan.fields_.back().before.size() + longest_number + 4;
  }
  if (!plan.add_message(site)) return std::nullopt;
  return plan;
}

bool MessagePlan::add_message(const SiteView& site) {
  has_message_ = !site.format.empty();
  std::string text;
  const auto literal = [&] {
    const std::string whole = quoted(text);
    text.clear();
    return whole.substr(1, whole.size() - 2);
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
  after_message_ = literal();
  if (!message_.empty())
    message_.front().before.insert(0, ",\"message\":\"");
  else if (has_message_)
    after_message_.insert(0, ",\"message\":\"");
  if (has_message_) after_message_ += '"';
  fixed_bytes_ += after_message_.size();
  for (const Step& step : message_) fixed_bytes_ += step.before.size() + longest_number;
  return true;
}

std::size_t MessagePlan::bound(std::size_t payload_bytes) const noexcept {
  return fixed_bytes_ + quoted_bound(payload_bytes);
}

char* MessagePlan::write(char* to, std::span<const std::byte> bytes) const {
  PayloadReader payload(bytes);
  PayloadReader fields = payload;
  for (const Step& field : fields_) {
    if (field.tag == Tag::string) {
      payload.text();
    } else {
      payload.word();
    }
  }
  for (const Step& step : message_) {
    to = put_value(put(to, step.before), step.tag, payload);
  }
  to = put(to, after_message_);
  if (payload.failed()) return nullptr;
  return fields_.empty() ? to : write_fields(to, fields_, fields);
}

char* MessagePlan::write_fields(char* to, const std::vector<Step>& steps, PayloadReader& payload) {
  for (const Step& step : steps) {
    to = put(to, step.before);
    if (is_quoted(step.tag)) *to++ = '"';
    to = put_value(to, step.tag, payload);
    if (is_quoted(step.tag)) *to++ = '"';
  }
  *to++ = '}';
  return to;
}

}  // namespace trace::detail
