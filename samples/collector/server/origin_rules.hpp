// SPDX-License-Identifier: Apache-2.0
// The web pages that may use the collector: its own, and those of allowed origins. A browser sends
// requests of any page to any address and names the page's origin in Origin and Sec-Fetch-Site.
// Other programs send neither. Pure functions, used on the I/O thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/api/response.hpp"

namespace trace::collector::server {

// What the head reveals about the origin of a request; empty where a header is absent.
struct RequestSource {
  std::string_view method = {};
  std::string_view host = {};  // the Host header
  std::string_view origin = {};
  std::string_view fetch_site = {};
  std::string_view fetch_mode = {};
  std::string_view fetch_dest = {};
  std::string_view preflight_method = {};  // Access-Control-Request-Method
};

// "http://name:port" in canonical form: lower case, without the scheme's default port. Nothing for
// anything but an http or https origin, including "null".
std::optional<std::string> canonical_origin(std::string_view text);

class AllowedOrigins {
 public:
  AllowedOrigins() = default;
  // Each in canonical form.
  explicit AllowedOrigins(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  bool contain(std::string_view origin) const;
  bool empty() const noexcept { return origins_.empty(); }

 private:
  std::vector<std::string> origins_ = {};
};

// The 403 for a page that may not use the collector.
std::optional<api::Response> foreign_page_fault(const RequestSource& source,
                                                const AllowedOrigins& allowed);

// The response to a CORS preflight of an allowed page; nothing for any other request.
std::optional<api::Response> preflight_response(const RequestSource& source,
                                                const AllowedOrigins& allowed);

// The headers that let an allowed page read the response.
api::Headers sharing_headers(const RequestSource& source, const AllowedOrigins& allowed);

}  // namespace trace::collector::server
