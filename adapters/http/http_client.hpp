// A small blocking HTTP client for tools that read from a backend: pages of a trace, statuses,
// and the event stream of a run. Same options, TLS rules and credentials as the transport.
//
// One thread uses a client; interrupt() may be called from any. The connection is kept between
// requests.
#pragma once

#include <trace/result.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/http_options.hpp"

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

  // GET of a path below the endpoint, such as "/workflows/runs/r1/status". Any complete answer is
  // a response, whatever its status; the Error tells why there was none. The token file is read
  // again after a 401 or 403, as the transport does.
  Result<HttpResponse> get(std::string_view path_and_query);

  // GET of a body without an end (server-sent events). A 200's bytes go to `on_chunk` as they
  // arrive, until the server ends it, `on_chunk` answers false or interrupt() is called: all three
  // are a response with an empty body (interrupt() before the 200 is an Error). Another status is a
  // response like get()'s. A stream that stays silent for `silence` is taken for dead, an Error.
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
