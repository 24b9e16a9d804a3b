// SPDX-License-Identifier: Apache-2.0
#include <sys/un.h>

#include <exception>
#include <string>
#include <vector>

#include <trace/http.hpp>

#include "http/bearer_token.hpp"
#include "http/connection.hpp"
#include "http/endpoint.hpp"
#include "http/request_body.hpp"
#include "http/send_result.hpp"

namespace trace::http {
namespace {

using Clock = std::chrono::steady_clock;
using Setting = TransportSetting::Kind;
constexpr std::string_view events_path = "/trace/events";

class HttpTransport final : public Transport {
 public:
  explicit HttpTransport(const HttpOptions& options)
      : options_(options),
        endpoint_(options.endpoint),
        url_(endpoint_.url(events_path)),
        shown_(endpoint_.shown(events_path)),
        token_(options.token, options.token_file),
        may_compress_(options.compression == Compression::offered ||
                      (options.compression == Compression::automatic && !endpoint_.loopback() &&
                       options.unix_socket.empty())),
        connection_(options) {}

  SendResult send(const Batch& batch, Clock::time_point deadline) noexcept override try {
    return deliver(batch, deadline);
  } catch (const std::exception&) {
    return {};  // no memory is left, not even for a text
  }

  void interrupt() noexcept override { connection_.interrupt(); }

  std::vector<Credential> credentials() override {
    // A file that cannot be read now is read by the first send().
    if (!token_.load() || token_.value().empty()) return {};
    return {{token_.from_file() ? "token_file" : "token", token_.value()}};
  }

  std::unique_ptr<Transport> another() const override { return make_http_transport(options_); }

 private:
  SendResult keep(SendResult::Kind kind, const std::string& why) const {
    return {.kind = kind, .runs = {}, .retry_after = {}, .detail = shown_ + ": " + why};
  }

  SendResult deliver(const Batch& batch, Clock::time_point deadline) {
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

  ContentEncoding load_body(const Batch& batch) {
    body_.clear();
    for (const OutgoingRun& run : batch.runs) body_.add(run.line);
    if (!may_compress_ || offered_ == ContentEncoding::identity) return ContentEncoding::identity;
    return body_.compress(offered_) ? offered_ : ContentEncoding::identity;
  }

  Response exchange(ContentEncoding encoding, Clock::time_point deadline) {
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
    request.deadline = std::min(deadline, Clock::now() + options_.request_timeout);
    Response response = connection_.exchange(request);
    note_offer(response);
    return response;
  }

  // RFC 7694: a response's Accept-Encoding says what the next request may use.
  void note_offer(const Response& response) {
    if (response.accept_encoding.empty()) return;
    offered_ = offers(response.accept_encoding, "zstd")   ? ContentEncoding::zstd
               : offers(response.accept_encoding, "gzip") ? ContentEncoding::gzip
                                                          : ContentEncoding::identity;
  }

  const HttpOptions options_;
  Endpoint endpoint_;
  std::string url_;
  std::string shown_;
  BearerToken token_;
  bool may_compress_;
  ContentEncoding offered_ = ContentEncoding::identity;
  RequestBody body_;
  ResponseParser parser_;
  Connection connection_;
};

std::vector<TransportSetting> settings() {
  return {
      {.name = "token",
       .kind = Setting::secret,
       .help = "bearer token; not together with `token_file`",
       .is_credential = true},
      {.name = "token_file",
       .kind = Setting::file,
       .help = "file that holds the token; read again after a 401 or 403",
       .is_credential = true},
      {.name = "ca_file",
       .kind = Setting::file,
       .help = "PEM file of the certificate authorities to trust instead of the system's"},
      {.name = "client_certificate_file",
       .kind = Setting::file,
       .help = "PEM file of the client certificate; together with `client_key_file`"},
      {.name = "client_key_file", .kind = Setting::file, .help = "PEM file of its private key"},
      {.name = "proxy",
       .kind = Setting::secret,
       .help = "proxy URL, `http://host:port` or `socks5h://host:port`"},
      {.name = "unix_socket",
       .help = "path of a Unix socket to connect to instead of the URL's host"},
      {.name = "connect_timeout",
       .kind = Setting::duration,
       .default_value = "5s",
       .help = "limit on the time to connect",
       .least = 1,
       .most = 5 * 60'000},
  };
}

std::vector<FieldError> validate(const TransportOptions& options) {
  std::vector<FieldError> errors;
  const auto set = [&](const char* name) { return !options.text(name).empty(); };
  const Endpoint endpoint(options.endpoint);
  if (!endpoint.usable()) errors.push_back({"endpoint", endpoint.problem()});
  if (set("token") && set("token_file")) {
    errors.push_back({"token", "must not be set together with token_file"});
  } else if (options.text("token").find(' ') != std::string::npos) {
    errors.push_back({"token", "must not contain spaces"});
  }
  if (set("client_certificate_file") != set("client_key_file")) {
    errors.push_back({set("client_key_file") ? "client_certificate_file" : "client_key_file",
                      "is required: client_certificate_file and client_key_file belong together"});
  }
  if (options.text("proxy").find(' ') != std::string::npos) {
    errors.push_back({"proxy", "must not contain spaces"});
  }
  constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;
  if (options.text("unix_socket").size() > longest_path) {
    errors.push_back(
        {"unix_socket", "must have at most " + std::to_string(longest_path) + " bytes"});
  }
  return errors;
}

HttpOptions from(const TransportOptions& options) {
  return {.endpoint = options.endpoint,
          .token = options.text("token"),
          .token_file = options.text("token_file"),
          .ca_file = options.text("ca_file"),
          .client_certificate_file = options.text("client_certificate_file"),
          .client_key_file = options.text("client_key_file"),
          .proxy = options.text("proxy"),
          .unix_socket = options.text("unix_socket"),
          .connect_timeout = options.duration("connect_timeout"),
          .request_timeout = options.request_timeout};
}

}  // namespace

TransportType transport_type() {
  return {
      .name = "http",
      .endpoint = "base URL, `http[s]://host[:port][/path]`",
      .settings = settings(),
      .validate = validate,
      .make = [](const TransportOptions& options) { return make_http_transport(from(options)); }};
}

Result<HttpOptions> http_options(const Config& config) {
  const auto options = transport_options(config, transport_type());
  if (!options) return options.error();
  return from(*options);
}

std::unique_ptr<Transport> make_http_transport(const HttpOptions& options) {
  return std::make_unique<HttpTransport>(options);
}

}  // namespace trace::http
