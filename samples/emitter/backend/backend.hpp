// SPDX-License-Identifier: Apache-2.0
// GET requests to a backend, with errors that a user can act on: one line that says what happened
// and what to do.
//
// Main thread, except interrupt().
#pragma once

#include <trace/config.hpp>
#include <trace/http_client.hpp>
#include <trace/result.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace trace::cli::backend {

class Backend {
 public:
  // Fails when the configuration does not name an HTTP backend.
  static Result<Backend> open(const Config& config);

  // The body of a 200.
  Result<std::string> get(std::string_view path);

  // The body of a 200; empty when the backend does not have this resource (404, 405).
  Result<std::optional<std::string>> get_if_known(std::string_view path);

  // Passes on the bytes of a stream of server-sent events until the server ends it, `on_bytes`
  // returns false or interrupt() is called. Sets `refused` when a retry would not help.
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

// "/workflows/runs/<run><rest>" with the run's id percent-encoded.
std::string run_path(std::string_view run, std::string_view rest);

}  // namespace trace::cli::backend
