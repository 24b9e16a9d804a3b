// SPDX-License-Identifier: Apache-2.0
#include "emitter/backend/event_page.hpp"

#include <fmt/format.h>

namespace trace::cli::backend {

Result<std::size_t> EventPage::read(std::string& json, const OnEvent& on_event) try {
  cursor_.reset();
  json.reserve(json.size() + simdjson::SIMDJSON_PADDING);
  std::size_t events = 0;
  bool found = false;
  simdjson::ondemand::document document = parser_.iterate(json);
  for (auto member : document.get_object()) {
    const std::string_view key = member.unescaped_key();
    if (key == "events") {
      found = true;
      for (auto element : member.value().get_array()) {
        simdjson::ondemand::object event = element.get_object();
        on_event(event);
        ++events;
      }
    } else if (key == "cursor") {
      cursor_ = std::string(std::string_view(member.value().get_string()));
    }
  }
  if (!found) return Error("events", "is missing from the backend's response");
  return events;
} catch (const simdjson::simdjson_error& error) {
  return Error(
      "", fmt::format("the backend's response is not a trace: {}; check --endpoint", error.what()));
}

Result<std::uint64_t> read_trace(Backend& backend, std::string_view run, std::string cursor,
                                 std::size_t limit, const OnEvent& on_event,
                                 const std::function<bool()>& go_on) {
  EventPage page;
  std::uint64_t total = 0;
  for (;;) {
    std::string path = run_path(run, fmt::format("/trace?limit={}", limit));
    if (!cursor.empty()) path += "&cursor=" + http::percent_encoded(cursor);
    auto body = backend.get(path);
    if (!body) return body.error();
    const auto events = page.read(*body, on_event);
    if (!events) return events.error();
    total += *events;
    if (*events == 0 || !go_on()) return total;
    if (!page.cursor() || *page.cursor() == cursor) {
      return Error(
          "cursor",
          "does not advance although the page has events; this is not a trace backend, check "
          "--endpoint");
    }
    cursor = *page.cursor();
  }
}

}  // namespace trace::cli::backend
