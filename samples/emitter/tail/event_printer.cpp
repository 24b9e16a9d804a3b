// SPDX-License-Identifier: Apache-2.0
#include "emitter/tail/event_printer.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "emitter/output/exit.hpp"
#include "emitter/output/screen.hpp"
#include "emitter/output/text.hpp"

namespace trace::cli::tail {
namespace {

// The lines of a message as they were captured: tabs stay, other control characters are escaped.
std::string raw_lines(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t end = text.find_first_of("\n\t");
    out += output::printable(text.substr(0, end));
    if (end == std::string_view::npos) break;
    out += text[end];
    text.remove_prefix(end + 1);
  }
  if (!out.ends_with('\n')) out += '\n';
  return out;
}

}  // namespace

EventPrinter::EventPrinter(EventFilter filter, commands::Format format, output::Zone zone)
    : filter_(std::move(filter)), format_(format), timeline_(output::screen_of_stdout(), zone) {}

void EventPrinter::take(simdjson::ondemand::object& event) {
  const std::string_view raw = event.raw_json();
  auto parsed = parse_event(raw);
  if (!parsed) {
    output::fail(
        fmt::format("skipped an event that breaks the contract: {}", parsed.error().text()));
    return;
  }
  if (!filter_.accepts(*parsed)) return;
  if (!kept_most_) return print(*parsed);
  kept_.push_back(std::move(*parsed));
  if (kept_.size() > *kept_most_) kept_.pop_front();
}

void EventPrinter::print_kept() {
  kept_most_.reset();
  for (const EventPayload& event : kept_) print(event);
  kept_.clear();
}

void EventPrinter::print(const EventPayload& event) {
  std::string text;
  switch (format_) {
    case commands::Format::json:
      text = output::printable_json(to_json(event)) + "\n";
      break;
    case commands::Format::raw:
      if (event.message) text = raw_lines(*event.message);
      break;
    case commands::Format::table:
      text = timeline_.lines(event);
      break;
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
}

bool EventPrinter::flush() {
  timeline_.resize(output::screen_of_stdout());  // the window may have another size now
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

}  // namespace trace::cli::tail
