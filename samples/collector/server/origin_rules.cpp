// SPDX-License-Identifier: Apache-2.0
#include "collector/server/origin_rules.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "collector/api/ascii.hpp"
#include "collector/server/host_rules.hpp"

namespace trace::collector::server {
namespace {

// A person opens the address, possibly by a link: no other page can read the response.
bool opens_a_page(const RequestSource& source) {
  return source.method == "GET" && source.fetch_mode == "navigate" &&
         source.fetch_dest == "document";
}

bool is_own_page(const RequestSource& source) {
  if (!source.fetch_site.empty() && source.fetch_site != "same-origin" &&
      source.fetch_site != "none") {
    return false;
  }
  if (source.origin.empty()) return true;
  const auto origin = canonical_origin(source.origin);
  return origin && origin == canonical_origin("http://" + std::string(source.host));
}

}  // namespace

std::optional<std::string> canonical_origin(std::string_view text) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos) return std::nullopt;
  const bool is_https = api::equals_ignoring_case(text.substr(0, end), "https");
  if (!is_https && !api::equals_ignoring_case(text.substr(0, end), "http")) return std::nullopt;
  auto authority = parse_authority(text.substr(end + 3));
  if (!authority) return std::nullopt;
  if (authority->port == (is_https ? 443 : 80)) authority->port.reset();
  return (is_https ? "https://" : "http://") + text_of(*authority);
}

bool AllowedOrigins::contain(std::string_view origin) const {
  const auto canonical = canonical_origin(origin);
  return canonical && std::find(origins_.begin(), origins_.end(), *canonical) != origins_.end();
}

std::optional<api::Response> foreign_page_fault(const RequestSource& source,
                                                const AllowedOrigins& allowed) {
  if (allowed.contain(source.origin)) return std::nullopt;
  if (is_own_page(source)) return std::nullopt;
  if (source.origin.empty() && opens_a_page(source)) return std::nullopt;
  const auto origin = canonical_origin(source.origin);
  if (!origin) return api::error_response(403, "Origin", "web pages of other origins are refused");
  return api::error_response(
      403, "Origin",
      fmt::format("web pages of {0} are refused; to allow them start the collector "
                  "with --allow-origin {0}",
                  *origin));
}

std::optional<api::Response> preflight_response(const RequestSource& source,
                                                const AllowedOrigins& allowed) {
  if (source.method != "OPTIONS" || source.preflight_method.empty()) return std::nullopt;
  if (!allowed.contain(source.origin)) return std::nullopt;
  return api::Response{.status = 204,
                       .headers = {{"Access-Control-Allow-Methods", "GET, POST"},
                                   {"Access-Control-Allow-Headers",
                                    "Authorization, Content-Type, Content-Encoding, Last-Event-ID, "
                                    "Trace-Contract"},
                                   {"Access-Control-Allow-Private-Network", "true"},
                                   {"Access-Control-Max-Age", "600"}}};
}

api::Headers sharing_headers(const RequestSource& source, const AllowedOrigins& allowed) {
  if (allowed.empty()) return {};
  api::Headers headers{{"Vary", "Origin"}};
  if (allowed.contain(source.origin)) {
    headers.emplace_back("Access-Control-Allow-Origin", source.origin);
    headers.emplace_back("Access-Control-Expose-Headers", "Retry-After");
  }
  return headers;
}

}  // namespace trace::collector::server
