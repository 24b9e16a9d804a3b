// SPDX-License-Identifier: Apache-2.0
#include "emitter/output/data_text.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

#include "emitter/output/text.hpp"
#include "emitter/output/times.hpp"

namespace trace::cli::output {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

// Of captured output (docs/capture.md). The messages of omissions state them.
constexpr std::array<std::string_view, 7> of_capture{"stream",   "origin",   "lines",  "continued",
                                                     "progress", "omitting", "omitted"};
// Of the start of a child; the message names the command or the image.
constexpr std::array<std::string_view, 6> of_start{"argv",      "pid",      "image",
                                                   "container", "terminal", "timeoutMs"};
// Of the end of a child; facts_of() has what matters of them.
constexpr std::array<std::string_view, 11> of_end{
    "exitCode", "signal", "durationMs", "cpuUserMs", "cpuSystemMs", "maxRssBytes",
    "lines",    "bytes",  "frames",     "perSecond", "stderrTail"};
// Of every event; facts_of() has the attempt, and a skipped node's message its reason.
constexpr std::array<std::string_view, 6> of_event{"_metadata", "_payload", "attempt",
                                                   "retryable", "skipped",  "traceparent"};
// Of a JSON log entry: the columns of level and time have them.
constexpr std::array<std::string_view, 12> of_log{
    "level", "lvl", "levelname", "log.level",  "loglevel", "severity",
    "time",  "ts",  "timestamp", "@timestamp", "@l",       "@t"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Bare where that cannot be misread, else as JSON.
std::string value_text(const element& value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return printable_json(simdjson::minify(value));
  const bool bare =
      !text.empty() && text.find_first_of(" \t\r\n\"=,{}[]'") == std::string_view::npos;
  return bare ? printable(text) : printable_json(simdjson::minify(value));
}

void append_field(std::string& fields, std::string_view name, const std::string& value) {
  if (!fields.empty()) fields += ' ';
  fields.append(printable(name)).append("=").append(value);
}

std::optional<std::uint64_t> number_in(const object& data, std::string_view name) {
  std::uint64_t number = 0;
  if (data[name].get(number) != simdjson::SUCCESS) return std::nullopt;
  return number;
}

bool flag_in(const object& data, std::string_view name) {
  bool flag = false;
  return data[name].get(flag) == simdjson::SUCCESS && flag;
}

// The sum over the streams of data.lines or data.bytes.
std::optional<std::uint64_t> sum_in(const object& data, std::string_view name) {
  object streams;
  if (data[name].get(streams) != simdjson::SUCCESS) return std::nullopt;
  std::uint64_t sum = 0;
  for (const auto& [stream, value] : streams) {
    std::uint64_t number = 0;
    if (value.get(number) == simdjson::SUCCESS) sum += number;
  }
  return sum;
}

std::chrono::milliseconds milliseconds_of(std::uint64_t count) {
  // More than that is not a duration that was measured.
  return std::chrono::milliseconds(std::min<std::uint64_t>(count, std::uint64_t{1} << 52));
}

void append_fact(std::string& facts, const std::string& fact) {
  if (!facts.empty()) facts += ", ";
  facts += fact;
}

std::string facts_of(const object& data) {
  std::string facts;
  if (const auto ms = number_in(data, "durationMs")) {
    append_fact(facts, "took " + duration_text(milliseconds_of(*ms)));
  }
  const auto user = number_in(data, "cpuUserMs");
  const auto system = number_in(data, "cpuSystemMs");
  if (user && system) {
    append_fact(facts, duration_text(milliseconds_of(*user) + milliseconds_of(*system)) + " CPU");
  }
  if (const auto bytes = number_in(data, "maxRssBytes")) {
    append_fact(facts, bytes_text(*bytes) + " memory");
  }
  const auto lines = sum_in(data, "lines");
  const auto bytes = sum_in(data, "bytes");
  if (lines && bytes) {
    append_fact(facts, fmt::format("{} line{} of output ({})", thousands(*lines),
                                   *lines == 1 ? "" : "s", bytes_text(*bytes)));
  }
  if (const auto attempt = number_in(data, "attempt")) {
    append_fact(facts, fmt::format("attempt {}", *attempt));
  }
  if (flag_in(data, "retryable")) append_fact(facts, "can be retried");
  return facts;
}

// data.dropped as a sentence; empty for other data.
std::string loss_of(const object& data) {
  const auto dropped = data["dropped"];
  std::uint64_t count = 0;
  std::string_view reason;
  if (dropped["count"].get(count) != simdjson::SUCCESS) return {};
  if (dropped["reason"].get(reason) != simdjson::SUCCESS) return {};
  return fmt::format("{} event{} dropped here ({})", thousands(count), count == 1 ? "" : "s",
                     printable(reason));
}

bool is_shown(std::string_view name, const EventPayload& event, bool is_captured, bool is_start,
              bool is_end) {
  if (is_one_of(name, of_event)) return false;
  if (is_captured && is_one_of(name, of_capture)) return false;
  if (is_start && is_one_of(name, of_start)) return false;
  if (is_end && is_one_of(name, of_end)) return false;
  return !(name == "reason" && event.type == Type::completed);
}

}  // namespace

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double amount = static_cast<double>(bytes);
  std::string_view unit;
  for (const std::string_view next : {"KiB", "MiB", "GiB", "TiB"}) {
    if (amount < 1023.95 && !unit.empty()) break;
    amount /= 1024;
    unit = next;
  }
  return fmt::format("{:.1f} {}", amount, unit);
}

DataText data_text(const EventPayload& event) {
  DataText text;
  simdjson::dom::parser parser;
  object data;
  if (!event.data || parser.parse(*event.data).get(data) != simdjson::SUCCESS) return text;
  std::string_view stream;
  if (data["stream"].get(stream) == simdjson::SUCCESS) text.stream = stream;
  text.loss = loss_of(data);
  text.facts = facts_of(data);
  // Programs may use the same names: only events that the SDK itself made are known.
  const bool is_captured = !text.stream.empty() || data["omitted"].is_object();
  const bool is_start =
      event.type == Type::started && (data["argv"].is_array() || data["container"].is_string());
  const bool is_end = (event.type == Type::completed || event.type == Type::failed) &&
                      data["durationMs"].is_number();
  for (const auto& [name, value] : data) {
    if (name == "dropped" && !text.loss.empty()) continue;
    if (!is_shown(name, event, is_captured, is_start, is_end)) continue;
    object members;
    if (is_captured && name == "fields" && value.get(members) == simdjson::SUCCESS) {
      for (const auto& [key, member] : members) {
        if (!is_one_of(key, of_log)) append_field(text.fields, key, value_text(member));
      }
      continue;
    }
    append_field(text.fields, name, value_text(value));
  }
  return text;
}

}  // namespace trace::cli::output
