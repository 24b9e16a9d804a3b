#include "request_rules.hpp"

#include <fmt/core.h>

#include "ascii.hpp"
#include "inflate.hpp"

namespace trace::collector {
namespace {

// Takes as long for a wrong token as for the right one, so that its bytes cannot be found out one
// by one.
bool is_same_secret(std::string_view given, std::string_view wanted) {
  unsigned difference = given.size() == wanted.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    difference |= static_cast<unsigned char>(given[i] ^ wanted[i % wanted.size()]);
  }
  return difference == 0;
}

bool is_authorized(std::string_view authorization, std::string_view token) {
  constexpr std::string_view scheme = "Bearer ";
  if (token.empty()) return true;
  if (!is_same_word(authorization.substr(0, scheme.size()), scheme)) return false;
  authorization.remove_prefix(scheme.size());
  return is_same_secret(authorization, token);
}

// NDJSON by its names, and JSON, because one envelope is JSON too. Without a type, or with one that
// a form can have, any web page could send a body and no browser would ask first.
bool is_ndjson(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find_first_of("; \t"));
  return is_same_word(type, "application/x-ndjson") || is_same_word(type, "application/ndjson") ||
         is_same_word(type, "application/json");
}

std::optional<Answer> host_fault(std::string_view text, const AccessRules& rules,
                                 std::string_view local_address) {
  const auto authority = parse_authority(text);
  if (!authority) return error_answer(400, "Host", "invalid host: must be NAME or NAME:PORT");
  if (rules.hosts.contain(*authority, local_address)) return std::nullopt;
  return error_answer(421, "Host",
                      fmt::format("{} is not a name of this collector; to use it start the "
                                  "collector with --allow-host {}",
                                  text_of(*authority), authority->host));
}

// Whether the request came under one of our names, from a page that may, with the token.
std::optional<Answer> access_fault(const RequestHead& head, const AccessRules& rules,
                                   std::string_view local_address) {
  // HTTP/1.0 may leave the host out, and no browser speaks that.
  for (const std::string_view host : {head.source.host, head.target_authority}) {
    if (host.empty()) continue;
    if (auto fault = host_fault(host, rules, local_address)) return fault;
  }
  if (auto fault = foreign_page_fault(head.source, rules.origins)) return fault;
  // A browser asks without the token.
  if (auto answer = preflight_answer(head.source, rules.origins)) return answer;
  if (is_authorized(head.authorization, rules.token)) return std::nullopt;
  Answer answer = error_answer(401, "Authorization", "must be Bearer and this backend's token");
  answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  return answer;
}

}  // namespace

std::optional<Answer> early_answer(const RequestHead& head, const std::optional<Route>& route,
                                   const AccessRules& rules, std::string_view local_address) {
  if (auto answer = access_fault(head, rules, local_address)) return answer;
  if (!route) return error_answer(404, "", "there is nothing here; see docs/ingestion-api.md");
  const std::string_view method = method_of(route->resource);
  if (head.source.method != method) {
    Answer answer = error_answer(405, "", "use " + std::string(method));
    answer.headers.emplace_back("Allow", method);
    return answer;
  }
  if (route->resource != Resource::events) {
    if (head.has_body) return error_answer(400, "body", "must be empty: this is a GET");
    return std::nullopt;
  }
  if (!is_ndjson(head.content_type)) {
    return error_answer(415, "Content-Type", "must be application/x-ndjson");
  }
  if (!encoding_from_name(head.content_encoding)) {
    return error_answer(415, "Content-Encoding", "must be identity, gzip or zstd");
  }
  return std::nullopt;
}

}  // namespace trace::collector
