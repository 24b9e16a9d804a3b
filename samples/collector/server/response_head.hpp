// SPDX-License-Identifier: Apache-2.0
// The head of an HTTP response as bytes, for responses of known length and for feeds. Pure
// functions.
#pragma once

#include <fmt/core.h>

#include <ostream>  // Beast's status.hpp lacks it

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "collector/api/response.hpp"

namespace trace::collector::server {

struct HeadOptions {
  bool is_http_1_0 = false;
  bool keep_alive = false;
  std::optional<std::size_t> content_length = {};  // nothing: no such header
};

// `sharing`: the headers for pages of allowed origins (server/access_rules.hpp).
inline std::string response_head(const api::Response& response, const api::Headers& sharing,
                                 const HeadOptions& options) {
  std::string head = fmt::format(
      "HTTP/{} {} {}\r\n", options.is_http_1_0 ? "1.0" : "1.1", response.status,
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(response.status)));
  const auto add = [&head](std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
  };
  add("Server", "shiptrace-collector");
  if (!response.content_type.empty()) add("Content-Type", response.content_type);
  const bool is_cacheable_said =
      std::any_of(response.headers.begin(), response.headers.end(),
                  [](const auto& header) { return header.first == "Cache-Control"; });
  if (!is_cacheable_said) add("Cache-Control", "no-store");
  add("Accept-Encoding", "gzip, zstd");  // of requests, RFC 7694
  add("Trace-Contract", api::contract_version);
  // No response is a script or an image of another page.
  add("X-Content-Type-Options", "nosniff");
  add("Cross-Origin-Resource-Policy", "same-origin");
  for (const auto& [name, value] : response.headers) add(name, value);
  for (const auto& [name, value] : sharing) add(name, value);
  if (options.is_http_1_0 == options.keep_alive) {
    add("Connection", options.keep_alive ? "keep-alive" : "close");
  }
  if (options.content_length) add("Content-Length", std::to_string(*options.content_length));
  return head + "\r\n";
}

}  // namespace trace::collector::server
