// SPDX-License-Identifier: Apache-2.0
#include "emitter/output/timeline.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "emitter/output/text.hpp"

namespace trace::cli::output {
namespace {

constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view plain = "\x1b[0m";
// Where the continuation of a row begins: below its type.
constexpr std::size_t indent = 14;
constexpr std::size_t widest_node = 24;

std::string_view colour_of(const EventPayload& event) {
  if (event.level == Level::error) return "\x1b[31m";
  if (event.level == Level::warn) return "\x1b[33m";
  if (event.level == Level::debug) return dim;
  return event.type == Type::completed ? "\x1b[32m" : "";
}

// data.dropped as a sentence; empty for other events.
std::optional<std::string> loss_of(simdjson::simdjson_result<simdjson::dom::element> data) {
  const auto dropped = data["dropped"];
  std::uint64_t count = 0;
  std::string_view reason;
  if (dropped["count"].get(count) != simdjson::SUCCESS) return std::nullopt;
  if (dropped["reason"].get(reason) != simdjson::SUCCESS) return std::nullopt;
  return fmt::format("{} event{} dropped here ({})", thousands(count), count == 1 ? "" : "s",
                     reason);
}

// HH:MM:SS.mmm of a time stamp of the contract, whose seconds and fraction may be missing.
std::string time_of(std::string_view timestamp) {
  std::string_view time = timestamp.size() > 11 ? timestamp.substr(11) : std::string_view();
  if (time.ends_with('Z')) time.remove_suffix(1);
  std::string text(time.substr(0, 12));
  if (text.size() == 5) text += ":00";
  if (text.size() == 8) text += '.';
  text.resize(12, '0');
  return text;
}

// Columns, approximately: the number of code points.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string padded(std::string text, std::size_t columns) {
  const std::size_t has = width(text);
  if (has < columns) text.append(columns - has, ' ');
  return text;
}

// Lines of a text, escaped one by one, so that only our own line breaks reach the terminal.
std::string indented(std::string_view text, std::size_t columns) {
  std::string out;
  for (;;) {
    const std::size_t end = text.find('\n');
    out += printable(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
    if (text.empty()) return out;
    out.append("\n").append(columns, ' ');
  }
}

}  // namespace

std::string Timeline::lines(const EventPayload& event) {
  std::string out;
  const std::string date = event.timestamp.substr(0, 10);
  if (date != date_) {
    out += fmt::format("{}-- {} (UTC) --{}\n", colours_ ? dim : "", printable(date),
                       colours_ ? plain : "");
    date_ = date;
  }
  node_width_ = std::max(node_width_, std::min(widest_node, width(printable(event.node_id))));
  // The text of the row: the description of a loss, the message, or without one the data.
  std::string text = event.message ? *event.message : event.data.value_or("");
  std::string_view stream;
  simdjson::dom::parser parser;
  if (event.data) {
    const auto data = parser.parse(*event.data);
    if (data["stream"].get(stream) != simdjson::SUCCESS) stream = {};
    if (auto loss = loss_of(data)) text = std::move(*loss);
  }
  const std::string_view colour = colours_ ? colour_of(event) : "";
  const std::string head =
      fmt::format("{}  {:9}  {:5}  {}  ", time_of(event.timestamp), name(event.type),
                  name(event.level), padded(printable(event.node_id), node_width_));
  std::string row =
      head + fmt::format("{:6}  ", printable(stream)) + indented(text, width(head) + 8);
  while (row.ends_with(' ')) row.pop_back();
  out.append(colour).append(row).append(colour.empty() ? "" : plain).append("\n");
  const auto append_part = [&](std::string_view title, const std::string& content) {
    out.append(indent, ' ').append(title).append(" ").append(content).append("\n");
  };
  if (event.output_summary) append_part("outputSummary", printable_json(*event.output_summary));
  if (event.error) {
    text = event.error->code ? printable(*event.error->code) : "";
    if (event.message != event.error->message) {  // else the row above has it
      text += (text.empty() ? "" : ": ") + indented(event.error->message, indent + 2);
    }
    if (!text.empty()) append_part("error", text);
    if (event.error->stack) append_part("stack", indented(*event.error->stack, indent + 2));
  }
  return out;
}

}  // namespace trace::cli::output
