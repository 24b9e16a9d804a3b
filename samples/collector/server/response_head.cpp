// SPDX-License-Identifier: Apache-2.0
#include "collector/server/response_head.hpp"

#include <fmt/core.h>

#include <ostream>  // Beast's status.hpp lacks it

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <iterator>
#include <string_view>

namespace trace::collector::server {
namespace {

namespace http = boost::beast::http;

void add(std::string& head, std::string_view name, std::string_view value) {
  fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
}

}  // namespace

std::string response_head(const api::Response& response, const api::Headers& sharing,
                          const HeadOptions& options) {
  std::string head =
      fmt::format("HTTP/{} {} {}\r\n", options.is_http_1_0 ? "1.0" : "1.1", response.status,
                  http::obsolete_reason(http::int_to_status(response.status)));
  add(head, "Server", "shiptrace-collector");
  if (!response.content_type.empty()) add(head, "Content-Type", response.content_type);
  const bool is_cacheable_said =
      std::any_of(response.headers.begin(), response.headers.end(),
                  [](const auto& header) { return header.first == "Cache-Control"; });
  if (!is_cacheable_said) add(head, "Cache-Control", "no-store");
  add(head, "Accept-Encoding", "gzip, zstd");  // of requests, RFC 7694
  // No response is a script or an image of another page.
  add(head, "X-Content-Type-Options", "nosniff");
  add(head, "Cross-Origin-Resource-Policy", "same-origin");
  for (const auto& [name, value] : response.headers) add(head, name, value);
  for (const auto& [name, value] : sharing) add(head, name, value);
  if (options.is_http_1_0 == options.keep_alive) {
    add(head, "Connection", options.keep_alive ? "keep-alive" : "close");
  }
  if (options.content_length) add(head, "Content-Length", std::to_string(*options.content_length));
  return head + "\r\n";
}

}  // namespace trace::collector::server
