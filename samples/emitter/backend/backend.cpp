// SPDX-License-Identifier: Apache-2.0
#include "emitter/backend/backend.hpp"

#include <fmt/format.h>

#include "emitter/output/text.hpp"

namespace trace::cli::backend {
namespace {

// The message of {"error":{"field","message"}} or of {"message"}; bodies from other servers have
// none.
std::optional<std::string> message_of(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(body).get(document) != simdjson::SUCCESS) return std::nullopt;
  std::string_view message;
  if (document["error"]["message"].get(message) == simdjson::SUCCESS ||
      document["message"].get(message) == simdjson::SUCCESS) {
    return std::string(message);
  }
  return std::nullopt;
}

std::string advice(int status) {
  if (status == 401 || status == 403) return "give a file with a valid token with --token-file";
  if (status == 404) return "check --run and --endpoint";
  if (status == 409) return "'shiptrace status' shows the state of the run";
  if (status == 400) return "check --cursor and --run";
  return status >= 300 && status < 400
             ? "redirects are not followed; give the URL of the backend itself"
             : "try again later, or read the backend's log";
}

// Throws simdjson::simdjson_error when a member is missing or of another type.
RunGaps gaps_of(const simdjson::dom::element& body) {
  RunGaps gaps;
  gaps.missing = body["missing"];
  gaps.ranges = body["ranges"];
  for (const simdjson::dom::element emitter : body["emitters"].get_array()) {
    const std::string_view name = emitter["emitter"];
    for (const simdjson::dom::element range : emitter["missing"].get_array()) {
      gaps.first_ranges.push_back({std::string(name), range["from"], range["to"]});
    }
  }
  return gaps;
}

}  // namespace

Result<Backend> Backend::open(const Config& config) {
  if (config.transport != "http") {
    return Error("transport", fmt::format("cannot read from {}; use --transport http and the "
                                          "--endpoint of a backend",
                                          config.transport));
  }
  const auto options = http::http_options(config);
  if (!config.unreadable.empty() || !options) {
    std::vector<FieldError> errors = config.unreadable;
    if (!options) {
      const auto& others = options.error().fields();
      errors.insert(errors.end(), others.begin(), others.end());
    }
    return Error(std::move(errors));
  }
  return Backend(http::HttpClient(*options), config.endpoint);
}

Error Backend::refusal(const http::HttpResponse& response) const {
  const auto message = message_of(response.body);
  return Error("", fmt::format("{} responded with {}{}{}: {}", endpoint_, response.status,
                               message ? ", " : "", message.value_or(""), advice(response.status)));
}

Result<std::string> Backend::get(std::string_view path) {
  auto response = client_.get(path);
  if (!response) return response.error();
  if (response->status != 200) return refusal(*response);
  return std::move(response->body);
}

Result<std::optional<std::string>> Backend::get_if_known(std::string_view path) {
  auto response = client_.get(path);
  if (!response) return response.error();
  if (response->status == 404 || response->status == 405) return std::optional<std::string>();
  if (response->status != 200) return refusal(*response);
  return std::optional(std::move(response->body));
}

Result<std::string> Backend::post(std::string_view path) {
  auto response = client_.post(path);
  if (!response) return response.error();
  if (response->status != 200) return refusal(*response);
  return std::move(response->body);
}

Result<bool> Backend::stream(std::string_view path, const http::HttpClient::OnChunk& on_bytes,
                             int& status) {
  status = 0;
  const auto response = client_.stream(path, on_bytes);
  if (!response) return response.error();
  status = response->status;
  if (status == 200) return true;
  return refusal(*response);
}

std::string run_path(std::string_view run, std::string_view rest) {
  return fmt::format("/workflows/runs/{}{}", http::percent_encoded(run), rest);
}

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

Result<TraceRead> read_trace(Backend& backend, std::string_view run, std::string cursor,
                             std::size_t limit, const OnEvent& on_event,
                             const std::function<bool()>& go_on) {
  EventPage page;
  TraceRead read{.cursor = std::move(cursor)};
  for (;;) {
    std::string path = run_path(run, fmt::format("/trace?limit={}", limit));
    if (!read.cursor.empty()) path += "&cursor=" + http::percent_encoded(read.cursor);
    auto body = backend.get(path);
    if (!body) return body.error();
    const auto events = page.read(*body, on_event);
    if (!events) return events.error();
    read.events += *events;
    if (*events == 0) return read;
    if (!page.cursor() || *page.cursor() == read.cursor) {
      return Error(
          "cursor",
          "does not advance although the page has events; this is not a trace backend, check "
          "--endpoint");
    }
    read.cursor = *page.cursor();
    if (!go_on()) return read;
  }
}

std::vector<std::string> RunGaps::problems() const {
  std::vector<std::string> lines;
  for (const auto& [emitter, from, to] : first_ranges) {
    lines.push_back(from == to
                        ? fmt::format("emitter {}: event {} is missing", emitter, from)
                        : fmt::format("emitter {}: events {}-{} are missing", emitter, from, to));
  }
  if (ranges > first_ranges.size()) {
    lines.push_back(fmt::format("and {} more gaps; {} events are missing in all",
                                output::thousands(ranges - first_ranges.size()),
                                output::thousands(missing)));
  }
  return lines;
}

Result<RunGaps> parse_gaps(std::string_view json) try {
  simdjson::dom::parser parser;
  return gaps_of(parser.parse(json.data(), json.size()));
} catch (const simdjson::simdjson_error& error) {
  return Error("", fmt::format("the backend's response is not a list of gaps: {}; check --endpoint",
                               error.what()));
}

Result<std::optional<RunGaps>> read_gaps(Backend& backend, std::string_view run,
                                         std::size_t limit) {
  const auto body = backend.get_if_known(run_path(run, fmt::format("/gaps?limit={}", limit)));
  if (!body) return body.error();
  if (!*body) return std::optional<RunGaps>();
  auto gaps = parse_gaps(**body);
  if (!gaps) return gaps.error();
  return std::optional(std::move(*gaps));
}

}  // namespace trace::cli::backend
