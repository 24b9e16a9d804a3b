// SPDX-License-Identifier: Apache-2.0
#include "collector/server/request_parser.hpp"

#include <fmt/core.h>

#include <boost/beast/http/parser.hpp>
#include <cassert>

#include "collector/server/growing_body.hpp"
#include "collector/server/service.hpp"

namespace trace::collector::server {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

template <class Text>
std::string_view view(const Text& text) {
  return {text.data(), text.size()};
}

api::Response refusal_of(error_code fault, std::size_t max_body) {
  if (fault == http::error::body_limit) return body_too_large(max_body);
  if (fault == http::error::header_limit) {
    return api::error_response(431, "", "the header is too large");
  }
  return api::error_response(400, "", "malformed HTTP: " + fault.message());
}

}  // namespace

api::Response body_too_large(std::size_t max_body) {
  return api::error_response(413, "body", fmt::format("is larger than {} bytes", max_body));
}

struct RequestParser::State {
  http::request_parser<GrowingBody> parser = {};
  std::size_t max_body = 0;
};

RequestParser::RequestParser(std::size_t max_body) : state_(std::make_unique<State>()) {
  state_->max_body = max_body;
  state_->parser.header_limit(Service::max_head);
  state_->parser.body_limit(boost::none);  // access is checked before size
}

RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

std::optional<api::Response> RequestParser::parse_head(std::string_view head) {
  assert(!state_->parser.is_header_done());
  error_code fault;
  state_->parser.put(boost::asio::buffer(head), fault);
  if (fault) return refusal_of(fault, state_->max_body);
  state_->parser.body_limit(state_->max_body);
  return std::nullopt;
}

RequestParser::Progress RequestParser::parse_body(std::string_view bytes) {
  assert(state_->parser.is_header_done() && !is_done());
  Progress progress;
  while (progress.consumed < bytes.size() && !is_done()) {
    error_code fault;
    progress.consumed +=
        state_->parser.put(boost::asio::buffer(bytes.substr(progress.consumed)), fault);
    if (fault == http::error::need_more) break;
    if (!fault) continue;
    progress.refusal = refusal_of(fault, state_->max_body);
    break;
  }
  return progress;
}

bool RequestParser::is_done() const { return state_->parser.is_done(); }

std::optional<std::uint64_t> RequestParser::announced_length() const {
  const auto length = state_->parser.content_length();
  return length ? std::optional(*length) : std::nullopt;
}

std::string_view RequestParser::target() const { return view(state_->parser.get().target()); }

std::string_view RequestParser::field(std::string_view name) const {
  return view(state_->parser.get()[boost::beast::string_view(name.data(), name.size())]);
}

RequestHead RequestParser::head(const api::Target& target) const {
  return {.source = {.method = view(state_->parser.get().method_string()),
                     .host = field("Host"),
                     .origin = field("Origin"),
                     .fetch_site = field("Sec-Fetch-Site"),
                     .fetch_mode = field("Sec-Fetch-Mode"),
                     .fetch_dest = field("Sec-Fetch-Dest"),
                     .preflight_method = field("Access-Control-Request-Method")},
          .target_authority = target.authority,
          .authorization = field("Authorization"),
          .content_type = field("Content-Type"),
          .content_encoding = field("Content-Encoding"),
          .has_body = !is_done()};
}

bool RequestParser::is_http_1_0() const { return state_->parser.get().version() == 10; }

bool RequestParser::is_head_request() const {
  return state_->parser.get().method() == http::verb::head;
}

bool RequestParser::keep_alive() const { return state_->parser.keep_alive(); }

const std::string& RequestParser::body() const { return state_->parser.get().body(); }

void RequestParser::discard_body() { std::string().swap(state_->parser.get().body()); }

}  // namespace trace::collector::server
