// SPDX-License-Identifier: Apache-2.0
#include "emitter/output/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "emitter/output/character.hpp"
#include "emitter/output/data_text.hpp"
#include "emitter/output/text.hpp"

namespace trace::cli::output {
namespace {

// Where the parts below a row begin: below its type.
constexpr std::size_t indent = 14;
constexpr std::size_t indent_if_narrow = 10;
constexpr std::size_t widest_node = 24;
constexpr std::size_t widest_node_if_narrow = 16;
// A narrower screen gets no column of its own for the level and the stream.
constexpr std::size_t wide = 100;
// Lines of an outputSummary on a screen; --json has all of it.
constexpr std::size_t most_summary_lines = 4;
// Text is not folded to less than this.
constexpr std::size_t narrowest_text = 20;

std::string_view colour_of(const EventPayload& event) {
  if (event.level == Level::error) return colour::red;
  if (event.level == Level::warn) return colour::yellow;
  if (event.level == Level::debug) return colour::dim;
  return event.type == Type::completed ? colour::green : colour::none;
}

std::string padded(std::string text, std::size_t columns) {
  const std::size_t has = columns_of(text);
  if (has < columns) text.append(columns - has, ' ');
  return text;
}

// The id in at most `columns` columns: the end distinguishes more ids than the beginning does.
std::string shortened(std::string id, std::size_t columns) {
  if (columns_of(id) <= columns) return id;
  std::string_view rest = id;
  while (columns_of(rest) >= columns) rest.remove_prefix(first_character(rest).bytes);
  return "…" + std::string(rest);
}

// Calls back with each line of a text, printable.
template <class OnLine>
void each_line(std::string_view text, const OnLine& on_line) {
  for (;;) {
    const std::size_t end = text.find('\n');
    on_line(printable(with_expanded_tabs(text.substr(0, end))));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
    if (text.empty()) return;
  }
}

void trim_right(std::string& text) {
  while (text.ends_with(' ')) text.pop_back();
}

}  // namespace

// Appends the lines of `text`, folded; the first one after `head`, the others below its end.
void Timeline::append(std::string& out, std::string_view colour, const std::string& head,
                      std::string_view text, std::size_t most_lines) const {
  const std::size_t begin = columns_of(head);
  const std::size_t room =
      screen_.columns == 0
          ? static_cast<std::size_t>(-1)
          : std::max(narrowest_text, screen_.columns - std::min(screen_.columns, begin));
  std::size_t lines = 0;
  each_line(text, [&](const std::string& line) {
    for (const std::string& piece : folded(line, room)) {
      if (++lines > most_lines) continue;
      std::string shown = lines == 1 ? head : std::string(begin, ' ');
      shown += piece;
      trim_right(shown);
      out.append(screen_.painted(colour, shown)).append("\n");
    }
  });
  if (lines > most_lines) {
    out.append(std::string(begin, ' ') + fmt::format("… {} more lines\n", lines - most_lines));
  }
}

std::string Timeline::date_line(const EventPayload& event) {
  const auto time = time_from_text(event.timestamp);
  const std::string date =
      time ? date_text(*time, zone_) : printable(event.timestamp.substr(0, 10));
  if (date == date_) return {};
  date_ = date;
  return screen_.painted(colour::dim, fmt::format("-- {} ({}) --", date,
                                                  time ? zone_name(*time, zone_) : "UTC")) +
         "\n";
}

// The columns before the text of a row.
std::string Timeline::head(const EventPayload& event, std::string_view stream,
                           std::string_view time) {
  const bool narrow = screen_.columns > 0 && screen_.columns < wide;
  const std::size_t most = narrow ? widest_node_if_narrow : widest_node;
  std::string node = printable(event.node_id);
  if (screen_.columns > 0) node = shortened(std::move(node), most);
  node_width_ = std::max(std::min(node_width_, most), std::min(most, columns_of(node)));
  node = padded(std::move(node), node_width_);
  if (!narrow) {
    return fmt::format("{}  {:9}  {:5}  {}  {:6}  ", time, name(event.type), name(event.level),
                       node, printable(stream));
  }
  // The level of a line of output matters, its type does not.
  const bool plain = event.type == Type::progress;
  const std::string_view kind = !plain                       ? name(event.type)
                                : event.level == Level::info ? std::string_view()
                                                             : name(event.level);
  return fmt::format("{}  {:9}  {}  ", time.substr(0, 8), kind, node);
}

std::string Timeline::lines(const EventPayload& event) {
  std::string out = date_line(event);
  const auto time = time_from_text(event.timestamp);
  const DataText data = data_text(event);
  std::string text = !data.loss.empty() ? data.loss : event.message.value_or("");
  std::string facts = data.facts;
  if (text.empty()) text = std::exchange(facts, {});
  const std::string head =
      this->head(event, data.stream, time ? time_of_day_text(*time, zone_) : "??:??:??.???");
  const std::string_view colour = colour_of(event);

  std::string fields = data.fields;
  const std::size_t one_line = columns_of(head) + columns_of(text) + 2 + columns_of(fields);
  const bool fits =
      text.find('\n') == std::string::npos && (screen_.columns == 0 || one_line <= screen_.columns);
  if (!fields.empty() && fits) {
    // On the row itself, after the text.
    std::string row = text.empty() ? head : head + printable(with_expanded_tabs(text)) + "  ";
    out.append(screen_.painted(colour, row)).append(screen_.painted(colour::dim, fields)) += '\n';
    fields.clear();
  } else {
    append(out, colour, head, text);
  }
  if (!fields.empty()) append(out, colour::dim, std::string(columns_of(head), ' '), fields);

  const bool narrow = screen_.columns > 0 && screen_.columns < wide;
  const std::string below(narrow ? indent_if_narrow : indent, ' ');
  if (!facts.empty()) append(out, colour::none, below, facts);
  if (event.output_summary) {
    append(out, colour::none, below + "outputSummary ", printable_json(*event.output_summary),
           screen_.columns == 0 ? static_cast<std::size_t>(-1) : most_summary_lines);
  }
  if (event.error) {
    std::string error = event.error->code.value_or("");
    if (event.message != event.error->message) {  // else the row above has it
      error += (error.empty() ? "" : ": ") + event.error->message;
    }
    if (!error.empty()) append(out, colour::none, below + "error ", error);
    if (event.error->stack) append(out, colour::none, below + "stack ", *event.error->stack);
  }
  return out;
}

}  // namespace trace::cli::output
