// The reading side: GET requests to a backend, with answers that a user can act on.
//
// Main thread, except interrupt(). Errors are one line: what happened and what to do next.
#pragma once

#include <trace/config.hpp>
#include <trace/http_client.hpp>
#include <trace/result.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>


namespace trace::cli {

class Backend {
 public:
  // Fails when the configuration names no HTTP backend.
  static Result<Backend> open(const Config& config);

  // The body of a 200.
  Result<std::string> get(std::string_view path);

  // The same; nothing when the backend has no such address (404, 405).
  Result<std::optional<std::string>> get_if_known(std::string_view path);

  // Server-sent events: the bytes as they come, until the server ends the stream, `on_bytes`
  // answers false or interrupt() is called. `refused` becomes true when the backend answered and
  // trying again would not help.
  Result<bool> stream(std::string_view path, const http::HttpClient::OnChunk& on_bytes,
                      bool& refused);

  void interrupt() noexcept { client_.interrupt(); }

 private:
  Backend(http::HttpClient client, std::string endpoint)
      : client_(std::move(client)), endpoint_(std::move(endpoint)) {}
  Error refusal(const http::HttpResponse& response) const;

  http::HttpClient client_;
  std::string endpoint_;
};

// "/workflows/runs/<run><rest>", the run's id encoded.
std::string run_path(std::string_view run, std::string_view rest);

}  // namespace trace::cli
