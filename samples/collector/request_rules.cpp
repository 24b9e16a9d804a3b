#include "request_rules.hpp"

#include <strings.h>

#include "inflate.hpp"

namespace trace::collector {
namespace {

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && strncasecmp(text.data(), word.data(), word.size()) == 0;
}

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
  if (!starts_with_word(authorization, scheme)) return false;
  authorization.remove_prefix(scheme.size());
  return is_same_secret(authorization, token);
}

// NDJSON by its names, JSON because one envelope is JSON too, and nothing at all.
bool is_ndjson(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find_first_of("; "));
  for (const std::string_view known :
       {"application/x-ndjson", "application/ndjson", "application/json"}) {
    if (type.size() == known.size() && starts_with_word(type, known)) return true;
  }
  return type.empty();
}

}  // namespace

std::optional<Answer> refusal_of(const RequestHead& head, const std::optional<Route>& route,
                                 std::string_view token) {
  if (!is_authorized(head.authorization, token)) {
    Answer answer = error_answer(401, "Authorization", "must be Bearer and this backend's token");
    answer.headers.emplace_back("WWW-Authenticate", "Bearer");
    return answer;
  }
  if (!route) return error_answer(404, "", "there is nothing here; see docs/ingestion-api.md");
  const std::string_view method = method_of(route->resource);
  if (head.method != method) {
    Answer answer = error_answer(405, "", "use " + std::string(method));
    answer.headers.emplace_back("Allow", method);
    return answer;
  }
  if (route->resource != Resource::events) return std::nullopt;
  if (!is_ndjson(head.content_type)) {
    return error_answer(415, "Content-Type", "must be application/x-ndjson");
  }
  if (!encoding_from_name(head.content_encoding)) {
    return error_answer(415, "Content-Encoding", "must be identity, gzip or zstd");
  }
  return std::nullopt;
}

}  // namespace trace::collector
