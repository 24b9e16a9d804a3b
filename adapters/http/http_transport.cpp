// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <trace/http.hpp>

#include "http/bearer_token.hpp"
#include "http/connection.hpp"
#include "http/endpoint.hpp"
#include "http/request_body.hpp"
#include "http/response_text.hpp"
#include "http/send_result.hpp"

namespace trace::http {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::string_view events_path = "/trace/events";

class HttpTransport final : public Transport {
 public:
  explicit HttpTransport(const HttpOptions& options)
      : options_(options),
        endpoint_(options.endpoint),
        url_(endpoint_.url(events_path)),
        shown_(endpoint_.shown(events_path)),
        token_(options.token, options.token_file),
        request_timeout_(options.request_timeout),
        may_compress_(options.compression == Compression::offered ||
                      (options.compression == Compression::automatic && !endpoint_.loopback() &&
                       options.unix_socket.empty())),
        connection_(options) {}

  SendResult send(const Batch& batch, Clock::time_point deadline) noexcept override {
    try {
      return deliver(batch, deadline);
    } catch (const std::exception&) {
      // Out of memory; there may be none left for a text.
      return {};
    }
  }

  void interrupt() noexcept override { connection_.interrupt(); }
  std::vector<Credential> credentials() override;
  std::unique_ptr<Transport> another() const override { return make_http_transport(options_); }

 private:
  SendResult deliver(const Batch& batch, Clock::time_point deadline);
  ContentEncoding load_body(const Batch& batch);
  Response exchange(ContentEncoding encoding, Clock::time_point deadline);
  void note_offer(const Response& response);
  SendResult keep(SendResult::Kind kind, const std::string& why) const;

  const HttpOptions options_;
  Endpoint endpoint_;
  std::string url_;
  std::string shown_;
  BearerToken token_;
  std::chrono::milliseconds request_timeout_;
  bool may_compress_;
  ContentEncoding offered_ = ContentEncoding::identity;
  RequestBody body_;
  ResponseParser parser_;
  Connection connection_;
};

std::vector<Credential> HttpTransport::credentials() {
  // A file that cannot be read now is read by the first send().
  if (!token_.load() || token_.value().empty()) return {};
  return {{token_.from_file() ? "token_file" : "token", token_.value()}};
}

SendResult HttpTransport::keep(SendResult::Kind kind, const std::string& why) const {
  SendResult result;
  result.kind = kind;
  result.detail = shown_ + ": " + why;
  return result;
}

SendResult HttpTransport::deliver(const Batch& batch, Clock::time_point deadline) {
  if (!endpoint_.usable())
    return keep(SendResult::Kind::refused, "the endpoint " + endpoint_.problem());
  if (!token_.load()) return keep(SendResult::Kind::refused, token_.problem());
  if (Clock::now() >= deadline) return keep(SendResult::Kind::retry_later, "no time was left");

  ContentEncoding encoding = load_body(batch);
  Response response = exchange(encoding, deadline);
  if (response.status == 415 && encoding != ContentEncoding::identity) {
    // The server does not accept what it has offered: send uncompressed from now on.
    may_compress_ = false;
    encoding = load_body(batch);
    response = exchange(encoding, deadline);
  }
  if ((response.status == 401 || response.status == 403) && token_.reload()) {
    response = exchange(encoding, deadline);
  }
  return send_result(response, shown_, std::time(nullptr), parser_);
}

ContentEncoding HttpTransport::load_body(const Batch& batch) {
  body_.clear();
  for (const OutgoingRun& run : batch.runs) body_.add(run.line);
  if (!may_compress_ || offered_ == ContentEncoding::identity) return ContentEncoding::identity;
  return body_.compress(offered_) ? offered_ : ContentEncoding::identity;
}

Response HttpTransport::exchange(ContentEncoding encoding, Clock::time_point deadline) {
  std::vector<std::string> headers{"Content-Type: application/x-ndjson",
                                   "Trace-Contract: 2025-10-13"};
  if (!token_.value().empty()) headers.push_back("Authorization: Bearer " + token_.value());
  if (encoding != ContentEncoding::identity) {
    headers.push_back("Content-Encoding: " + std::string(name(encoding)));
  }
  Request request;
  request.url = url_;
  request.headers = headers;
  request.body = &body_;
  request.deadline = std::min(deadline, Clock::now() + request_timeout_);
  Response response = connection_.exchange(request);
  note_offer(response);
  return response;
}

// RFC 7694: a response's Accept-Encoding says what the next request may use.
void HttpTransport::note_offer(const Response& response) {
  if (response.accept_encoding.empty()) return;
  offered_ = offers(response.accept_encoding, "zstd")   ? ContentEncoding::zstd
             : offers(response.accept_encoding, "gzip") ? ContentEncoding::gzip
                                                        : ContentEncoding::identity;
}

}  // namespace

std::unique_ptr<Transport> make_http_transport(const HttpOptions& options) {
  return std::make_unique<HttpTransport>(options);
}

}  // namespace trace::http
