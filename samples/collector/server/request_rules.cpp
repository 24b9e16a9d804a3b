// SPDX-License-Identifier: Apache-2.0
#include "collector/server/request_rules.hpp"

#include <fmt/core.h>
#include <openssl/crypto.h>

#include "collector/api/ascii.hpp"
#include "collector/api/content_encoding.hpp"

namespace trace::collector::server {
namespace {

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
  for (const std::string_view host : {head.source.host, head.target_authority}) {
    if (host.empty()) continue;
    if (auto fault = host_fault(host, rules, local_address)) return fault;
  }
  if (auto fault = foreign_page_fault(head.source, rules.origins)) return fault;
  // A browser sends a preflight without the token.
  if (auto preflight = preflight_response(head.source, rules.origins)) return preflight;
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

std::optional<api::Response> early_response(const RequestHead& head, const api::Route& route,
                                            const AccessRules& rules,
                                            std::string_view local_address) {
  if (auto refusal = access_fault(head, rules, local_address)) return refusal;
  if (route.endpoint == nullptr) return no_endpoint(route);
  if (!route.endpoint->takes_body()) {
    if (!head.has_body) return std::nullopt;
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
