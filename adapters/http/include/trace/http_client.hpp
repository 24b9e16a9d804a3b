// SPDX-License-Identifier: Apache-2.0
// A small blocking HTTP client for tools that talk to a backend: they read pages of a trace,
// statuses and the event stream of a run, and post commands such as a cancellation. Options, TLS
// rules and credentials are those of the transport.
//
// One thread uses a client; interrupt() may be called from any. The connection is kept between
// requests.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <trace/http.hpp>
#include <trace/result.hpp>

namespace trace::http {

struct HttpResponse {
  int status = 0;
  std::string content_type;
  std::string body;
};

class SHIPTRACE_API HttpClient {
 public:
  explicit HttpClient(const HttpOptions& options);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  // GET of a path below the endpoint, such as "/workflows/runs/r1/status". Returns any complete
  // response, whatever its status; the Error says why there is none. The token file is read again
  // after a 401 or 403, as the transport does.
  Result<HttpResponse> get(std::string_view path_and_query);

  // POST without a body, for commands. Returns and fails as get() does.
  Result<HttpResponse> post(std::string_view path_and_query);

  // GET of an endless body (server-sent events). The bytes of a 200 go to `on_chunk` as they
  // arrive, until the server ends the body, `on_chunk` returns false or interrupt() is called: each
  // of these is a response with an empty body (interrupt() before the 200 is an Error). Another
  // status is a response as from get(). A stream that is silent for `silence` counts as dead, an
  // Error.
  using OnChunk = std::function<bool(std::string_view bytes)>;
  Result<HttpResponse> stream(std::string_view path_and_query, const OnChunk& on_chunk,
                              std::string_view last_event_id = {},
                              std::chrono::seconds silence = std::chrono::seconds{60});

  // Ends a request that blocks, or the next one. Any thread; not during construction or move.
  void interrupt() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A path segment or query value: everything but letters, digits and -._~ is percent-encoded.
SHIPTRACE_API std::string percent_encoded(std::string_view text);

}  // namespace trace::http
