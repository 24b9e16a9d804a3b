// SPDX-License-Identifier: Apache-2.0
// How the configuration sees the HTTP transport: its settings, and what must hold for them.
#include <sys/un.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <trace/http.hpp>

#include "http/bearer_token.hpp"
#include "http/endpoint.hpp"

namespace trace::http {
namespace {

using Kind = TransportSetting::Kind;

std::vector<TransportSetting> settings() {
  return {
      {.name = "token",
       .kind = Kind::secret,
       .help = "bearer token; not together with `token_file`",
       .is_credential = true},
      {.name = "token_file",
       .kind = Kind::file,
       .help = "file that holds the token; read again after a 401 or 403",
       .is_credential = true},
      {.name = "ca_file",
       .kind = Kind::file,
       .help = "PEM file of the certificate authorities to trust instead of the system's"},
      {.name = "client_certificate_file",
       .kind = Kind::file,
       .help = "PEM file of the client certificate; together with `client_key_file`"},
      {.name = "client_key_file", .kind = Kind::file, .help = "PEM file of its private key"},
      {.name = "proxy",
       .kind = Kind::secret,
       .help = "proxy URL, `http://host:port` or `socks5h://host:port`"},
      {.name = "unix_socket",
       .help = "path of a Unix socket to connect to instead of the URL's host"},
      {.name = "connect_timeout",
       .kind = Kind::duration,
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

}  // namespace trace::http
