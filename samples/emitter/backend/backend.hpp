// SPDX-License-Identifier: Apache-2.0
// What the commands read from a backend, with errors that a user can act on: one line that says
// what happened and what to do. Main thread, except Backend::interrupt().
#pragma once

#include <trace/config.hpp>
#include <trace/http_client.hpp>
#include <trace/result.hpp>

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trace::cli::backend {

class Backend {
 public:
  // Fails when the configuration does not name an HTTP backend.
  static Result<Backend> open(const Config& config);

  // The body of a 200.
  Result<std::string> get(std::string_view path);

  // The body of a 200; empty when the backend does not have this resource (404, 405).
  Result<std::optional<std::string>> get_if_known(std::string_view path);

  // The body of a 200 to a POST without a body.
  Result<std::string> post(std::string_view path);

  // Passes on the bytes of a stream of server-sent events until the server ends it, `on_bytes`
  // returns false or interrupt() is called. Sets `status` to that of the response; 0: there was
  // none.
  Result<bool> stream(std::string_view path, const http::HttpClient::OnChunk& on_bytes,
                      int& status);

  void interrupt() noexcept { client_.interrupt(); }
  const std::string& endpoint() const noexcept { return endpoint_; }

 private:
  Backend(http::HttpClient client, std::string endpoint)
      : client_(std::move(client)), endpoint_(std::move(endpoint)) {}
  Error refusal(const http::HttpResponse& response) const;

  http::HttpClient client_;
  std::string endpoint_;
};

// True when the same request would get the same response, so that a retry does not help.
constexpr bool is_refusal(int status) noexcept {
  return status >= 300 && status < 500 && status != 408 && status != 429;
}

// "/workflows/runs/<run><rest>" with the run's id percent-encoded.
std::string run_path(std::string_view run, std::string_view rest);

// Events are read as a stream of JSON objects, so that a million of them take seconds.
using OnEvent = std::function<void(simdjson::ondemand::object& event)>;

// One page of a run's trace (contract: Envelope Fields): {"runId", "events", "cursor"}.
class EventPage {
 public:
  // Calls back for each event. The Error says why the text is not an envelope.
  Result<std::size_t> read(std::string& json, const OnEvent& on_event);
  const std::optional<std::string>& cursor() const noexcept { return cursor_; }

 private:
  simdjson::ondemand::parser parser_;
  std::optional<std::string> cursor_;
};

// How far read_trace() came.
struct TraceRead {
  std::uint64_t events = 0;
  std::string cursor = {};  // after the last event
};

// Reads every event of the run after `cursor` (empty: from the first), page by page; stops early
// when `go_on` returns false after a page.
Result<TraceRead> read_trace(Backend& backend, std::string_view run, std::string cursor,
                             std::size_t limit, const OnEvent& on_event,
                             const std::function<bool()>& go_on);

// The events of a run that the backend knows to be missing from the gaps in its emitters' sequence
// numbers.
struct RunGaps {
  struct Range {
    std::string emitter;
    std::uint64_t from, to;
  };
  std::uint64_t missing = 0;  // all events
  std::uint64_t ranges = 0;   // number of contiguous ranges that they form
  std::vector<Range> first_ranges = {};

  // One line for each of the first ranges, and one for the others.
  std::vector<std::string> problems() const;
};

// Parses the body of GET /workflows/runs/{id}/gaps. The Error says why the text is not one.
Result<RunGaps> parse_gaps(std::string_view json);

// Reads the gaps of a run, at most `limit` ranges. Empty when the backend does not have this
// resource, which is optional.
Result<std::optional<RunGaps>> read_gaps(Backend& backend, std::string_view run, std::size_t limit);

}  // namespace trace::cli::backend
