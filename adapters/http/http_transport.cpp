#include "http/http_transport.hpp"

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "http/answer.hpp"
#include "http/bearer_token.hpp"
#include "http/connection.hpp"
#include "http/endpoint.hpp"
#include "http/request_body.hpp"
#include "http/verdict.hpp"

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
      // Only memory can run out here; there may be none left for a text.
      return {};
    }
  }

  void interrupt() noexcept override { connection_.interrupt(); }
  std::unique_ptr<Transport> another() const override { return make_http_transport(options_); }

 private:
  SendResult deliver(const Batch& batch, Clock::time_point deadline);
  Encoding load_body(const Batch& batch);
  Reply exchange(Encoding encoding, Clock::time_point deadline);
  void note_offer(const Reply& reply);
  SendResult keep(SendResult::Kind kind, const std::string& why) const;

  const HttpOptions options_;
  Endpoint endpoint_;
  std::string url_;
  std::string shown_;
  BearerToken token_;
  std::chrono::milliseconds request_timeout_;
  bool may_compress_;
  Encoding offered_ = Encoding::identity;
  RequestBody body_;
  AnswerParser parser_;
  Connection connection_;
};

SendResult HttpTransport::keep(SendResult::Kind kind, const std::string& why) const {
  SendResult result;
  result.kind = kind;
  result.detail = shown_ + ": " + why;
  return result;
}

SendResult HttpTransport::deliver(const Batch& batch, Clock::time_point deadline) {
  if (!endpoint_.usable()) return keep(SendResult::Kind::refused, endpoint_.problem());
  if (!token_.load()) return keep(SendResult::Kind::refused, token_.problem());
  if (Clock::now() >= deadline) return keep(SendResult::Kind::retry_later, "no time was left");

  Encoding encoding = load_body(batch);
  Reply reply = exchange(encoding, deadline);
  if (reply.status == 415 && encoding != Encoding::identity) {
    // It offered what it does not take: never again on this connection's life.
    may_compress_ = false;
    encoding = load_body(batch);
    reply = exchange(encoding, deadline);
  }
  if ((reply.status == 401 || reply.status == 403) && token_.reload()) {
    reply = exchange(encoding, deadline);
  }
  return verdict(reply, shown_, std::time(nullptr), parser_);
}

Encoding HttpTransport::load_body(const Batch& batch) {
  body_.clear();
  for (const OutgoingRun& run : batch.runs) body_.add(run.line);
  if (!may_compress_ || offered_ == Encoding::identity) return Encoding::identity;
  return body_.compress(offered_) ? offered_ : Encoding::identity;
}

Reply HttpTransport::exchange(Encoding encoding, Clock::time_point deadline) {
  std::vector<std::string> headers{"Content-Type: application/x-ndjson",
                                   "Trace-Contract: 2025-10-13"};
  if (!token_.value().empty()) headers.push_back("Authorization: Bearer " + token_.value());
  if (encoding != Encoding::identity) {
    headers.push_back("Content-Encoding: " + std::string(name(encoding)));
  }
  Request request;
  request.url = url_;
  request.headers = headers;
  request.body = &body_;
  request.deadline = std::min(deadline, Clock::now() + request_timeout_);
  Reply reply = connection_.exchange(request);
  note_offer(reply);
  return reply;
}

// RFC 7694: a response's Accept-Encoding tells what the next request may use.
void HttpTransport::note_offer(const Reply& reply) {
  if (reply.accept_encoding.empty()) return;
  offered_ = offers(reply.accept_encoding, "zstd")   ? Encoding::zstd
             : offers(reply.accept_encoding, "gzip") ? Encoding::gzip
                                                     : Encoding::identity;
}

}  // namespace

HttpOptions http_options(const Config& config) {
  return {.endpoint = config.endpoint,
          .token = config.token,
          .token_file = config.token_file,
          .ca_file = config.ca_file,
          .client_certificate_file = config.client_certificate_file,
          .client_key_file = config.client_key_file,
          .proxy = config.proxy,
          .unix_socket = config.unix_socket,
          .connect_timeout = config.connect_timeout,
          .request_timeout = config.request_timeout};
}

std::unique_ptr<Transport> make_http_transport(const HttpOptions& options) {
  return std::make_unique<HttpTransport>(options);
}

}  // namespace trace::http
