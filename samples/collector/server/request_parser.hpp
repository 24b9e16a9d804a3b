// SPDX-License-Identifier: Apache-2.0
// RequestParser: one HTTP request, parsed by Beast from bytes as they arrive. Included by
// connection.cpp only, because Beast's parser compiles slowly. I/O thread only.
#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_dynamic_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "collector/api/response.hpp"
#include "collector/api/routes.hpp"
#include "collector/server/access_rules.hpp"
#include "collector/server/connection.hpp"

namespace trace::collector::server {

namespace http = boost::beast::http;

inline api::Response body_too_large(std::size_t max_body) {
  return api::error_response(413, "body", fmt::format("is larger than {} bytes", max_body));
}

inline api::Response head_too_large() {
  return api::error_response(431, "", "the header is too large");
}

class RequestParser {
 public:
  explicit RequestParser(std::size_t max_body) : max_body_(max_body) {
    parser_.header_limit(Service::max_head);
    parser_.body_limit(boost::none);  // access is checked before size
  }

  // Parses a whole head that head_fault() accepts. Returns the refusal of a malformed one. Once.
  std::optional<api::Response> parse_head(std::string_view head) {
    assert(!parser_.is_header_done());
    boost::system::error_code fault;
    parser_.put(boost::asio::buffer(head), fault);
    if (fault) return refusal_of(fault);
    parser_.body_limit(max_body_);
    parser_.get().body().max_size(std::min(announced_length().value_or(max_body_), max_body_));
    return std::nullopt;
  }

  // Parses the next bytes of the body. What is not consumed is incomplete: call again with more
  // bytes after it. Only while is_done() is false.
  struct Progress {
    std::size_t consumed = 0;
    std::optional<api::Response> refusal = {};  // malformed or too large; nothing follows
  };
  Progress parse_body(std::string_view bytes) {
    assert(parser_.is_header_done() && !is_done());
    Progress progress;
    while (progress.consumed < bytes.size() && !is_done()) {
      boost::system::error_code fault;
      progress.consumed += parser_.put(boost::asio::buffer(bytes.substr(progress.consumed)), fault);
      if (fault == http::error::need_more) break;
      if (!fault) continue;
      progress.refusal = refusal_of(fault);
      break;
    }
    return progress;
  }
  bool is_done() const { return parser_.is_done(); }
  std::optional<std::uint64_t> announced_length() const {  // Content-Length
    const auto length = parser_.content_length();
    return length ? std::optional(*length) : std::nullopt;
  }

  // Views into the head.
  std::string_view target() const { return parser_.get().target(); }
  std::string_view field(std::string_view name) const { return parser_.get()[name]; }
  RequestHead head(const api::Target& target) const {
    return {.method = parser_.get().method_string(),
            .host = field("Host"),
            .target_authority = target.authority,
            .origin = field("Origin"),
            .fetch_site = field("Sec-Fetch-Site"),
            .fetch_mode = field("Sec-Fetch-Mode"),
            .fetch_dest = field("Sec-Fetch-Dest"),
            .preflight_method = field("Access-Control-Request-Method"),
            .authorization = field("Authorization"),
            .content_type = field("Content-Type"),
            .content_encoding = field("Content-Encoding"),
            .trace_contract = field("Trace-Contract"),
            .has_body = !is_done()};
  }
  bool is_http_1_0() const { return parser_.get().version() == 10; }
  bool is_head_request() const { return parser_.get().method() == http::verb::head; }
  bool keep_alive() const { return parser_.keep_alive(); }

  std::string_view body() const {
    const auto bytes = parser_.get().body().cdata();
    return {static_cast<const char*>(bytes.data()), bytes.size()};
  }
  std::size_t body_memory() const { return parser_.get().body().capacity(); }
  void discard_body() { parser_.get().body() = Body(); }

 private:
  // Allocates as bytes arrive; Beast's string_body allocates what Content-Length announces before
  // the first byte has arrived.
  using Body = boost::beast::flat_buffer;

  api::Response refusal_of(boost::system::error_code fault) const {
    if (fault == http::error::body_limit) return body_too_large(max_body_);
    if (fault == http::error::header_limit) return head_too_large();
    return api::error_response(400, "", "malformed HTTP: " + fault.message());
  }

  http::request_parser<http::basic_dynamic_body<Body>> parser_ = {};
  std::size_t max_body_;
};

}  // namespace trace::collector::server
