// SPDX-License-Identifier: Apache-2.0
#include "collector/server/response_head.hpp"

#include <fmt/core.h>

#include <cassert>
#include <iterator>
#include <string_view>

namespace trace::collector::server {
namespace {

void add(std::string& head, std::string_view name, std::string_view value) {
  fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
}

// The statuses that the API returns.
std::string_view reason_of(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Payload Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      assert(false);
      return "Unknown";
  }
}

}  // namespace

std::string response_head(const api::Response& response, const api::Headers& sharing,
                          const HeadOptions& options) {
  std::string head = fmt::format("HTTP/{} {} {}\r\n", options.is_http_1_0 ? "1.0" : "1.1",
                                 response.status, reason_of(response.status));
  add(head, "Server", "shiptrace-collector");
  if (!response.content_type.empty()) add(head, "Content-Type", response.content_type);
  bool is_cacheable_said = false;
  for (const auto& [name, value] : response.headers) {
    is_cacheable_said = is_cacheable_said || name == "Cache-Control";
  }
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
