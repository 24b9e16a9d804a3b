// SPDX-License-Identifier: Apache-2.0
#include "ship/encoder.hpp"

#include <type_traits>

#include "contract/data_keys.hpp"
#include "contract/json_repair.hpp"
#include "ship/payload_reader.hpp"
#include "text/json_text.hpp"
#include "text/utf8.hpp"
#include "tokens/token_anchors.hpp"

namespace trace::detail::ship {
namespace {

constexpr std::size_t short_text_bytes = 4 * 1024;

// `given` is valid; on the wire a time stamp has six fractional digits.
void append_normalised(std::string& out, std::string_view given) {
  given.remove_suffix(1);  // the Z
  const std::string_view whole = given.substr(0, 19);
  out.append("\"").append(whole);
  if (whole.size() == 16) out += ":00";
  std::string_view fraction = given.substr(whole.size());
  if (!fraction.empty()) fraction.remove_prefix(1);
  fraction = fraction.substr(0, 6);
  out.append(".").append(fraction).append(6 - fraction.size(), '0').append("Z\"");
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out.append("\"").append(name).append("\":");
  text::append_quoted(out, text);
}

// What follows an event's values, in the order of the bits.
struct Texts {
  std::string_view message, error_message, error_code, error_stack, output_summary, data, timestamp;
  std::uint64_t attempt = 0;
};

bool read_texts(std::uint16_t parts, PayloadReader& payload, Texts& texts) {
  const auto read = [&](std::uint16_t part, std::string_view& text) {
    if ((parts & part) != 0) text = payload.text();
  };
  read(part_message, texts.message);
  read(journal::part_error_message, texts.error_message);
  read(journal::part_error_code, texts.error_code);
  read(journal::part_error_stack, texts.error_stack);
  read(journal::part_output_summary, texts.output_summary);
  read(journal::part_data, texts.data);
  read(journal::part_timestamp, texts.timestamp);
  if ((parts & journal::part_attempt) != 0) texts.attempt = payload.word();
  return !payload.failed();
}

}  // namespace

EventHead::EventHead(std::string_view session_id) : session_id_(session_id) {
  for (std::size_t type = 0; type < types; ++type) {
    for (std::size_t level = 0; level < levels; ++level) {
      kinds_[type][level].assign(fmt::format(R"(,"type":"{}","level":"{}","timestamp":)",
                                             name(static_cast<Type>(type)),
                                             name(static_cast<Level>(level))));
    }
  }
}

void EventHead::turn_to(const journal::NodeView& node, std::uint32_t lane) {
  emitter_ = &emitters_[lane % emitters_.size()];
  if (!emitter_->is_of(lane)) emitter_->make(session_id_, lane);
  NodeText& known = nodes_[node.number % nodes_.size()];
  // Another slab may define another node with the same index.
  const bool is_of_slab = (node.number & node_of_slab) != 0;
  if (known.number != node.number || is_of_slab) {
    std::string text;
    contract::append_node(text, node.run_id, node.node_id);
    known.text.assign(text);
    known.number = node.number;
  }
  node_ = &known.text;
  lane_ = lane;
  number_ = is_of_slab ? no_node : node.number;
  // The prefix grows by what its last digits need: its bound allows for that.
  bound_ = emitter_->bound() + known.text.size() + longest_kind + text::PaddedText::overhang +
           contract::TimestampWriter::room + 2;
}

std::string EventHead::time_of(std::uint64_t stamp) {
  std::string text;
  contract::append_timestamp(text, stamps_.wall_ns(stamp));
  return text;
}

// Text that is not JSON becomes a string.
void Encoder::append_json(std::string& out, std::string_view text) {
  if (const auto value = contract::repaired_json_value(text)) {
    out += redactor_.cleaned_json(*value);
  } else {
    text::append_quoted(out, redactor_.cleaned(text));
  }
}

void Encoder::append_object(std::string& out, std::string_view text) {
  if (const auto object = contract::repaired_json_object(text)) {
    out += redactor_.cleaned_json(*object);
  } else {
    out += "{\"value\":";
    append_json(out, text);
    out += '}';
  }
}

bool Encoder::append(const journal::EventView& event, std::uint32_t lane, JsonBuffer& out) {
  redactor_.refresh();
  if (!event.encoded.empty()) {
    const auto whole = contract::repaired_json_object(event.encoded);
    if (whole) out.append(*whole);
    return whole.has_value();
  }
  if (append_planned(event, lane, out)) return true;
  for (const Fit fit : {Fit::whole, Fit::without_metadata, Fit::without_data, Fit::without_output,
                        Fit::short_texts}) {
    scratch_.clear();
    if (!append_event(event, lane, fit, scratch_)) return false;
    if (scratch_.size() <= max_event_bytes) break;
  }
  out.append(scratch_);
  return true;
}

bool Encoder::append_planned(const journal::EventView& event, std::uint32_t lane, JsonBuffer& out) {
  if (event.parts != 0) return false;
  const MessagePlan* plan = plan_of(*event.site);
  if (plan == nullptr || !plan->takes(event.payload.size())) return false;
  head_.prepare(*event.node, lane);
  const std::size_t start = out.size();
  out.reserve(start + head_.bound() + plan->bound(event.payload.size()) + 1);
  char* to = head_.write(out.data() + start, event);
  char* const values = head_.write_time(to, event.stamp);
  to = plan->write(values, event.payload);
  if (to == nullptr) return false;
  // The written JSON contains the values or a form of them; only in doubt each value is searched.
  // Searching what was just written costs as much as writing it.
  const std::string_view written(values, static_cast<std::size_t>(to - values));
  if (redactor_.knows_tokens() && plan->may_hold_anchor(event.payload) &&
      tokens::next_anchor(written, 0) != written.size()) {
    return false;
  }
  if (redactor_.knows_secrets() && !redactor_.is_clean(written)) return false;
  *to++ = '}';
  out.resize(static_cast<std::size_t>(to - out.data()));
  return true;
}

const MessagePlan* Encoder::plan_of(journal::SiteView& site) {
  if (site.plan == 0) [[unlikely]]
    find_plan(site);
  const std::optional<MessagePlan>& plan = plans_[site.plan - 1];
  return plan ? &*plan : nullptr;
}

void Encoder::find_plan(journal::SiteView& site) {
  std::string key = fmt::format("{} {} ", site.fields, site.format);
  for (const Tag tag : site.tags) key += static_cast<char>(tag);
  for (const std::string_view name : site.names) key.append(1, '\0').append(name);
  const auto [known, is_new] =
      plan_numbers_.try_emplace(std::move(key), static_cast<std::uint32_t>(plans_.size() + 1));
  if (is_new) plans_.push_back(MessagePlan::compile(site));
  site.plan = known->second;
}

bool Encoder::append_event(const journal::EventView& event, std::uint32_t lane, Fit fit,
                           std::string& out) {
  PayloadReader payload(event.payload);
  cut_.clear();
  fields_.clear();
  const bool has_message = !event.site->format.empty();
  if (!append_fields(*event.site, payload, fields_)) return false;
  if (!format_message(*event.site, payload)) return false;
  Texts texts;
  if (!read_texts(event.parts, payload, texts)) return false;

  const std::uint16_t parts =
      message_cut_ ? static_cast<std::uint16_t>(event.parts | part_cut_message) : event.parts;

  const auto text_limit = [&](std::size_t usual) {
    return fit == Fit::short_texts ? short_text_bytes : usual;
  };
  // A text that was cut before its secrets were known may end with the start of one.
  const auto fitted = [&](std::string_view given, std::size_t limit, std::string_view name,
                          std::uint16_t cut_part) {
    const bool was_cut = (parts & cut_part) != 0;
    const std::string_view text =
        redactor_.cleaned(given, was_cut ? TextSort::cut : TextSort::whole);
    const std::string_view kept = text::trimmed_utf8(text, text_limit(limit));
    note_cut(kept.size() < text.size() || was_cut, name);
    return kept;
  };

  append_head(event, lane, texts.timestamp, out);
  if (has_message || (event.parts & part_message) != 0) {
    const std::string_view message = has_message ? formatted_ : texts.message;
    out += ",\"message\":";
    text::append_quoted(out, fitted(message, max_message_bytes, "message", part_cut_message));
  }
  if ((event.parts & journal::part_error_message) != 0) {
    out += ",\"error\":{";
    append_member(
        out, "message",
        fitted(texts.error_message, max_message_bytes, "error.message", journal::part_cut_error));
    if ((event.parts & journal::part_error_stack) != 0) {
      out += ',';
      append_member(
          out, "stack",
          fitted(texts.error_stack, max_stack_bytes, "error.stack", journal::part_cut_stack));
    }
    if ((event.parts & journal::part_error_code) != 0) {
      out += ',';
      append_member(out, "code", redactor_.cleaned(texts.error_code));
      out += ',';
      append_member(out, "type", redactor_.cleaned(texts.error_code));
    }
    out += '}';
  }
  if ((event.parts & journal::part_output_summary) != 0) {
    const bool dropped = fit >= Fit::without_output;
    note_cut(dropped || (event.parts & journal::part_cut_output) != 0, "outputSummary");
    out += ",\"outputSummary\":";
    append_object(out, dropped ? std::string_view("{}") : texts.output_summary);
  }
  const bool without_data = fit >= Fit::without_data;
  const bool has_data = !fields_.empty() || (event.parts & journal::part_data) != 0;
  note_cut((has_data && without_data) || (event.parts & part_cut_data) != 0, "data");
  if (has_data || !cut_.empty() || texts.attempt > 0) {
    append_data(event, texts.data, texts.attempt, fit, out);
  }
  out += '}';
  return true;
}

void Encoder::append_data(const journal::EventView& event, std::string_view given,
                          std::uint64_t attempt, Fit fit, std::string& out) {
  const auto add = [&](const auto&... parts) {
    if (data_.back() != '{') data_ += ',';
    (data_.append(parts), ...);
  };
  bool has_reserved = false;
  data_ = "{";
  if (fit < Fit::without_data) {
    if ((event.parts & journal::part_data) != 0) {
      data_.clear();
      append_given_data(given, has_reserved);
      data_.pop_back();  // the brace: more members follow
    }
    if (!fields_.empty()) add(fields_);
    for (const std::string_view name : event.site->names) {
      has_reserved = has_reserved || contract::is_reserved_key(name);
    }
  }
  const bool is_of_life = event.type != Type::progress;
  if (is_of_life) {
    data_ += '}';
    const auto given_attempt = contract::attempt_in(data_);
    data_.pop_back();
    if (given_attempt) {
      attempt = *given_attempt;
    } else if (attempt > 0) {
      add("\"attempt\":", fmt::format_int(attempt).c_str());
    }
  }
  if (!cut_.empty()) {
    add("\"truncated\":[");
    for (const std::string_view name : cut_) {
      if (name != cut_.front()) data_ += ',';
      text::append_quoted(data_, name);
    }
    data_ += ']';
  }
  data_ += '}';
  if (has_reserved) data_ = contract::with_reserved_moved(data_);
  out += ",\"data\":";
  if (is_of_life && attempt > 1 && fit != Fit::without_metadata) {
    out += contract::with_metadata(data_, static_cast<std::uint32_t>(attempt));
  } else {
    out += data_;
  }
}

// Appends the object to data_.
void Encoder::append_given_data(std::string_view text, bool& has_reserved) {
  if (const auto object = contract::repaired_data(text, has_reserved)) {
    data_ += redactor_.cleaned_json(*object);
  } else {
    append_object(data_, text);
  }
}

void Encoder::append_head(const journal::EventView& event, std::uint32_t lane,
                          std::string_view given_time, std::string& out) {
  head_.prepare(*event.node, lane);
  const std::size_t start = out.size();
  out.resize(start + head_.bound());
  char* to = head_.write(out.data() + start, event);
  const bool given =
      contract::is_contract_timestamp(given_time);  // otherwise missing, or removed by redaction
  if (!given) to = head_.write_time(to, event.stamp);
  out.resize(static_cast<std::size_t>(to - out.data()));
  if (given) append_normalised(out, given_time);
}

bool Encoder::append_fields(const journal::SiteView& site, PayloadReader& payload,
                            std::string& out) {
  for (std::size_t i = 0; i < site.fields; ++i) {
    if (i > 0) out += ',';
    text::append_quoted(out, site.names[i]);
    out += ':';
    const auto append_value = [&](const auto& value) {
      using Value = std::remove_cvref_t<decltype(value)>;
      if constexpr (std::is_same_v<Value, bool>) {
        out += value ? "true" : "false";
      } else if constexpr (std::is_same_v<Value, char>) {
        text::append_quoted(out, {&value, 1});
      } else if constexpr (std::is_same_v<Value, std::string_view>) {
        text::append_quoted(out, redactor_.cleaned_member(site.names[i], value));
      } else if constexpr (std::is_same_v<Value, Json>) {
        append_json(out, value.text);
      } else if constexpr (std::is_pointer_v<Value>) {
        out += fmt::format("\"{}\"", value);
      } else {
        text::append_number(out, value);
      }
    };
    if (!visit_value(site.tags[i], payload, append_value)) return false;
  }
  return !payload.failed();
}

bool Encoder::format_message(const journal::SiteView& site, PayloadReader& payload) {
  message_.clear();
  message_cut_ = false;
  const std::span<const Tag> tags = site.tags.subspan(site.fields);
  if (tags.size() == 1 && tags[0] == Tag::string && site.format == "{}") {
    formatted_ = payload.text();
    return !payload.failed();
  }
  arguments_.clear();
  const auto add_argument = [&](const auto& value) {
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, std::string_view>) {
      arguments_.push_back(fmt::string_view(value.data(), value.size()));
    } else if constexpr (std::is_same_v<Value, Json>) {
      arguments_.push_back(fmt::string_view(value.text.data(), value.text.size()));
    } else {
      arguments_.push_back(value);
    }
  };
  for (const Tag tag : tags) {
    if (!visit_value(tag, payload, add_argument)) return false;
  }
  if (payload.failed()) return false;
  try {
    fmt::vformat_to(fmt::appender(message_),
                    fmt::string_view(site.format.data(), site.format.size()), arguments_);
  } catch (const FormattingAllocator::Exceeded&) {
    message_cut_ = true;  // a huge width; the text before it is kept
  } catch (const std::exception&) {
    return false;  // only a damaged journal contains a format that does not match its arguments
  }
  formatted_ = {message_.data(), message_.size()};
  return true;
}

void Encoder::note_cut(bool cut, std::string_view name) {
  if (cut) cut_.push_back(name);
}

}  // namespace trace::detail::ship
