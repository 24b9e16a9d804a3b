// SPDX-License-Identifier: Apache-2.0
#include "collector/server/access_rules.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "collector/api/ascii.hpp"
#include "collector/api/content_encoding.hpp"

namespace trace::collector::server {
namespace {

using Origins = std::vector<std::string>;

std::optional<std::string> canonical_ipv6(const std::string& text) {
  in6_addr address{};
  if (inet_pton(AF_INET6, text.c_str(), &address) != 1) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> out{};
  const bool is_mapped = IN6_IS_ADDR_V4MAPPED(&address) != 0;
  const void* bytes = is_mapped ? static_cast<const void*>(&address.s6_addr[12]) : &address;
  inet_ntop(is_mapped ? AF_INET : AF_INET6, bytes, out.data(), out.size());
  return std::string(out.data());
}

std::optional<std::string> canonical_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  std::string name;
  for (const char c : text) {
    if (!api::is_alphanumeric(c) && c != '-' && c != '.' && c != '_') return std::nullopt;
    name += api::to_lower(c);
  }
  return name;
}

bool is_loopback(const std::string& host) {
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) return host.starts_with("127.");
  return host == "localhost" || host == "::1";
}

// `allowed`: origins in canonical form.
bool is_allowed(std::string_view origin, const Origins& allowed) {
  const auto canonical = canonical_origin(origin);
  return canonical && std::find(allowed.begin(), allowed.end(), *canonical) != allowed.end();
}

// A person opens the address, possibly by a link: no other page can read the response.
bool opens_a_page(const RequestHead& head) {
  return head.method == "GET" && head.fetch_mode == "navigate" && head.fetch_dest == "document";
}

bool is_own_page(const RequestHead& head) {
  if (!head.fetch_site.empty() && head.fetch_site != "same-origin" && head.fetch_site != "none") {
    return false;
  }
  if (head.origin.empty()) return true;
  const auto origin = canonical_origin(head.origin);
  return origin && origin == canonical_origin("http://" + std::string(head.host));
}

// The 403 for a page that may not use the collector.
std::optional<api::Response> foreign_page_fault(const RequestHead& head, const Origins& allowed) {
  if (is_allowed(head.origin, allowed)) return std::nullopt;
  if (is_own_page(head)) return std::nullopt;
  if (head.origin.empty() && opens_a_page(head)) return std::nullopt;
  const auto origin = canonical_origin(head.origin);
  if (!origin) return api::error_response(403, "Origin", "web pages of other origins are refused");
  return api::error_response(
      403, "Origin",
      fmt::format("web pages of {0} are refused; to allow them start the collector "
                  "with --allow-origin {0}",
                  *origin));
}

// The response to a CORS preflight of an allowed page; nothing for any other request.
std::optional<api::Response> preflight_response(const RequestHead& head, const Origins& allowed) {
  if (head.method != "OPTIONS" || head.preflight_method.empty()) return std::nullopt;
  if (!is_allowed(head.origin, allowed)) return std::nullopt;
  return api::Response{.status = 204,
                       .headers = {{"Access-Control-Allow-Methods", "GET, POST, PUT"},
                                   {"Access-Control-Allow-Headers",
                                    "Authorization, Content-Type, Content-Encoding, Last-Event-ID, "
                                    "Trace-Contract"},
                                   {"Access-Control-Allow-Private-Network", "true"},
                                   {"Access-Control-Max-Age", "600"}}};
}

bool is_authorized(std::string_view authorization, std::string_view token) {
  constexpr std::string_view scheme = "Bearer ";
  if (token.empty()) return true;
  if (!api::equals_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return false;
  authorization.remove_prefix(scheme.size());
  // In constant time, so that the token cannot be guessed byte by byte.
  return authorization.size() == token.size() &&
         CRYPTO_memcmp(authorization.data(), token.data(), token.size()) == 0;
}

// The names of NDJSON, and JSON, because one envelope is JSON as well. A browser sends a body
// without a type, or with a form's type, for any web page without a preflight.
bool is_ndjson(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find_first_of("; \t"));
  return api::equals_ignoring_case(type, "application/x-ndjson") ||
         api::equals_ignoring_case(type, "application/ndjson") ||
         api::equals_ignoring_case(type, "application/json");
}

std::optional<api::Response> host_fault(std::string_view text, const AccessRules& rules,
                                        std::string_view local_address) {
  const auto authority = parse_authority(text);
  if (!authority)
    return api::error_response(400, "Host", "invalid host: must be NAME or NAME:PORT");
  if (rules.hosts.contain(*authority, local_address)) return std::nullopt;
  return api::error_response(421, "Host",
                             fmt::format("{} is not a name of this collector; to use it start the "
                                         "collector with --allow-host {}",
                                         text_of(*authority), authority->host));
}

// Host, origin, credentials.
std::optional<api::Response> access_fault(const RequestHead& head, const AccessRules& rules,
                                          std::string_view local_address) {
  // HTTP/1.0 may omit the host; no browser uses HTTP/1.0.
  for (const std::string_view host : {head.host, head.target_authority}) {
    if (host.empty()) continue;
    if (auto fault = host_fault(host, rules, local_address)) return fault;
  }
  if (auto fault = foreign_page_fault(head, rules.origins)) return fault;
  // A browser sends a preflight without the token.
  if (auto preflight = preflight_response(head, rules.origins)) return preflight;
  if (is_authorized(head.authorization, rules.token)) return std::nullopt;
  api::Response refusal =
      api::error_response(401, "Authorization", "must be Bearer and this backend's token");
  refusal.headers.emplace_back("WWW-Authenticate", "Bearer");
  return refusal;
}

api::Response no_endpoint(const api::Route& route) {
  if (route.allow.empty()) {
    return api::error_response(404, "", "unknown path; docs/ingestion-api.md lists the endpoints");
  }
  api::Response refusal = api::error_response(405, "", "method not allowed: use " + route.allow);
  refusal.headers.emplace_back("Allow", route.allow);
  return refusal;
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  const bool is_bracketed = text.starts_with('[');
  const std::size_t end = is_bracketed ? text.find(']') : text.find(':');
  if (is_bracketed && end == std::string_view::npos) return std::nullopt;
  const auto host = is_bracketed ? canonical_ipv6(std::string(text.substr(1, end - 1)))
                                 : canonical_name(text.substr(0, end));
  if (!host) return std::nullopt;
  std::string_view port = end == std::string_view::npos ? std::string_view{} : text.substr(end);
  if (is_bracketed) port.remove_prefix(1);
  if (port.empty()) return Authority{*host, std::nullopt};
  std::uint16_t number = 0;
  const char* const last = port.data() + port.size();
  const auto [stopped, fault] = std::from_chars(port.data() + 1, last, number);
  if (port.front() != ':' || fault != std::errc{} || stopped != last) return std::nullopt;
  return Authority{*host, number};
}

std::string text_of(const Authority& authority) {
  const bool is_ipv6 = authority.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? "[" + authority.host + "]" : authority.host;
  return authority.port ? fmt::format("{}:{}", host, *authority.port) : host;
}

bool OwnHosts::contain(const Authority& authority, std::string_view local_address) const {
  const auto matches = [&](const Authority& each) {
    return each.host == authority.host && (!each.port || each.port == authority.port);
  };
  if (std::any_of(allowed.begin(), allowed.end(), matches)) return true;
  // A client of a forwarded unix socket sends no port.
  if (authority.port && authority.port != listen.port) return false;
  return is_loopback(authority.host) || authority.host == listen.host ||
         authority.host == local_address;
}

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

api::Headers sharing_headers(const RequestHead& head, const std::vector<std::string>& allowed) {
  if (allowed.empty()) return {};
  api::Headers headers{{"Vary", "Origin"}};
  if (is_allowed(head.origin, allowed)) {
    headers.emplace_back("Access-Control-Allow-Origin", head.origin);
    headers.emplace_back("Access-Control-Expose-Headers", "Retry-After");
  }
  return headers;
}

std::optional<api::Response> early_response(const RequestHead& head, const api::Route& route,
                                            const AccessRules& rules,
                                            std::string_view local_address) {
  if (auto refusal = access_fault(head, rules, local_address)) return refusal;
  if (route.endpoint == nullptr) return no_endpoint(route);
  if (!head.trace_contract.empty() && head.trace_contract != api::contract_version) {
    return api::error_response(
        400, "Trace-Contract",
        fmt::format("version {} is not supported; this backend implements {}", head.trace_contract,
                    api::contract_version));
  }
  using Body = api::Endpoint::Body;
  if (route.endpoint->body != Body::required) {
    if (!head.has_body) return std::nullopt;
    if (route.endpoint->body == Body::ignored) return std::nullopt;
    return api::error_response(400, "body", "must be empty: the method has no body");
  }
  if (!is_ndjson(head.content_type)) {
    return api::error_response(415, "Content-Type", "must be application/x-ndjson");
  }
  if (!api::content_encoding_from_name(head.content_encoding)) {
    return api::error_response(415, "Content-Encoding", "must be identity, gzip or zstd");
  }
  return std::nullopt;
}

}  // namespace trace::collector::server
