// SPDX-License-Identifier: Apache-2.0
// Connection: one libcurl handle that performs one exchange after another, over the same TCP or TLS
// connection when the server allows it.
//
// The only user of libcurl's transfer interface; the transport and the client are built on it. One
// thread calls exchange(); interrupt() may be called from any.
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <trace/http.hpp>

#include "http/connection_socket.hpp"
#include "http/request_body.hpp"

namespace trace::http {

struct Request {
  using Clock = std::chrono::steady_clock;

  std::string url;
  std::span<const std::string> headers;       // "Name: value"
  RequestBody* body = nullptr;                // null: GET, else POST
  Clock::time_point deadline = Clock::now();  // Clock::time_point::max(): none
  std::size_t longest_response = 4 * 1024 * 1024;
  // When set, the bytes of a 200 go here instead of to Response::body; false ends the exchange.
  const std::function<bool(std::string_view)>* on_chunk = nullptr;
  // Time without a byte after which an exchange fails; 0: only the deadline counts.
  std::chrono::seconds silence{0};
};

// What came back from the server, and how the exchange ended.
struct Response {
  enum class End : std::uint8_t {
    complete,
    failed,       // `code` and `problem` say why
    interrupted,  // by interrupt()
    stopped,      // by on_chunk
    too_long,     // the body passed Request::longest_response
  };
  End end = End::failed;
  CURLcode code = CURLE_OK;
  std::string problem;     // libcurl's message, without user-info
  int status = 0;          // 0: no status line came
  int connect_status = 0;  // a proxy's response to CONNECT, else 0
  std::string body;
  std::string content_type;
  std::string location;
  std::string retry_after;
  std::string accept_encoding;
};

class Connection {
 public:
  explicit Connection(const HttpOptions& options);
  ~Connection();

  Response exchange(const Request& request);

  // Ends an exchange that blocks; without one, the next exchange ends as it begins.
  void interrupt() noexcept;

 private:
  struct Transfer;  // what the callbacks of one exchange share

  template <class Value>
  void set(CURLoption option, Value value);
  void set_up(const HttpOptions& options);
  // Nothing when the upload must be repeated by libcurl. `kept`: the socket of a direct upload.
  std::optional<Response> attempt(const Request& request, ConnectionSocket kept);
  void prepare(const Request& request, Transfer& transfer);
  void run(const Request& request, Transfer& transfer);
  void end_upload(Transfer& transfer);
  void finish(Transfer& transfer);

  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* transfer);

  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_;
  std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi_;
  std::chrono::milliseconds connect_timeout_;
  bool direct_uploads_ = false;
  ConnectionSocket kept_socket_;      // of the last exchange with a body
  CURLcode set_up_error_ = CURLE_OK;  // of the options that hold for good
  CURLcode option_error_ = CURLE_OK;  // of those and this exchange's
  std::string error_text_;            // libcurl writes CURL_ERROR_SIZE bytes here
  std::atomic<bool> interrupted_{false};
};

}  // namespace trace::http
