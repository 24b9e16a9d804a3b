// SPDX-License-Identifier: Apache-2.0
// The checks of a request's head, in their order: host, origin, credentials, path, method, content
// type. A request that fails one is refused before its body is read. Pure functions, used on the
// I/O thread.
//
// Host: a web page can make its own name resolve to this machine (DNS rebinding) and may then read
// every response; only the Host header reveals that.
//
// Origin: a browser sends requests of any page to any address and names the page's origin in Origin
// and Sec-Fetch-Site. Other programs send neither. The collector's own pages may use it, and those
// of allowed origins.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/api/response.hpp"
#include "collector/api/routes.hpp"

namespace trace::collector::server {

// HOST or HOST:PORT as in a Host header, in canonical form: lower case, without a trailing dot,
// addresses as inet_ntop writes them, IPv4-mapped addresses as IPv4.
struct Authority {
  std::string host = {};
  std::optional<std::uint16_t> port = {};
};

// Nothing when the text is not HOST[:PORT].
std::optional<Authority> parse_authority(std::string_view text);
// "[::1]:8400"; without a port when there is none.
std::string text_of(const Authority& authority);

struct OwnHosts {
  Authority listen = {};                // the configured address and the port in use
  std::vector<Authority> allowed = {};  // without a port: with every port

  // `local_address`: the address on which the connection arrived, which is the collector's as well
  // when it listens on all addresses.
  bool contain(const Authority& authority, std::string_view local_address) const;
};

// "http://name:port" in canonical form: lower case, without the scheme's default port. Nothing for
// anything but an http or https origin, including "null".
std::optional<std::string> canonical_origin(std::string_view text);

// Who may use the collector, and under which host names.
struct AccessRules {
  OwnHosts hosts = {};
  std::vector<std::string> origins = {};  // of web pages that are allowed, in canonical form
  std::string token = {};                 // empty: none is required
};

// What a head reveals about its request; empty where a header is absent.
struct RequestHead {
  std::string_view method = {};
  std::string_view host = {};              // the Host header
  std::string_view target_authority = {};  // of a target in absolute form
  std::string_view origin = {};
  std::string_view fetch_site = {};
  std::string_view fetch_mode = {};
  std::string_view fetch_dest = {};
  std::string_view preflight_method = {};  // Access-Control-Request-Method
  std::string_view authorization = {};
  std::string_view content_type = {};
  std::string_view content_encoding = {};
  std::string_view trace_contract = {};
  bool has_body = false;
};

// The refusal, or the response to a preflight; nothing when the request may be handled.
// `local_address`: the address on which the connection arrived.
std::optional<api::Response> early_response(const RequestHead& head, const api::Route& route,
                                            const AccessRules& rules,
                                            std::string_view local_address);

// The headers that let an allowed page read the response.
api::Headers sharing_headers(const RequestHead& head, const std::vector<std::string>& origins);

}  // namespace trace::collector::server
