#include "http/verdict.hpp"

#include <fmt/core.h>

#include "http/endpoint.hpp"

namespace trace::http {
namespace {

using Kind = SendResult::Kind;

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// TLS failures that a retry does not cure. libcurl has one code for every failed handshake, so
// the alert that a server answered with is only in the text; unknown texts count as outages.
bool tls_refused(const Reply& reply) {
  switch (reply.code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      return true;
    case CURLE_SSL_CONNECT_ERROR:
      return contains(reply.problem, "alert") || contains(reply.problem, "wrong version number");
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return contains(reply.problem, "alert");
    default:
      return false;
  }
}

// What answers, but not with HTTP, or cannot be asked at all.
bool address_refused(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:  // includes an answer that is no HTTP
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_NOT_BUILT_IN:
    case CURLE_UNKNOWN_OPTION:
      return true;
    default:
      return false;
  }
}

bool is_outage(int status) { return status == 408 || status == 429 || status >= 500; }

std::string_view advice(int status) {
  if (status == 401 || status == 403) return "; the token is missing, wrong or not allowed here";
  if (status == 404) return "; nothing takes events there, check the endpoint";
  if (status == 407) return "; the proxy asks for credentials";
  if (status == 415) return "; it does not take NDJSON, check the endpoint";
  if (status == 400 || status == 422) return "; the answer is not a trace backend's";
  if (status >= 300 && status < 400) return "; redirects are not followed, set the endpoint itself";
  return "";
}

std::string body_excerpt(const Reply& reply, AnswerParser& parser) {
  const auto error = parser.error(reply.body);
  return error ? ": " + error->text() : std::string();
}

// Where a redirect points to, without what its query and user-info may hold.
std::string target(const Reply& reply) {
  if (reply.status < 300 || reply.status >= 400 || reply.location.empty()) return {};
  const Endpoint location(reply.location);
  return location.usable() ? " to " + one_line(location.shown("")) : std::string();
}

SendResult success(const Reply& reply, AnswerParser& parser, const std::string& head) {
  SendResult result;
  if (reply.end == Reply::End::complete) {
    if (auto runs = parser.acknowledgement(reply.body)) {
      result.kind = Kind::acknowledged;
      result.runs = std::move(*runs);
      return result;
    }
    result.detail = head + ", but its body cannot be read; not acknowledged";
  } else {
    result.detail = fmt::format("{}, but its body {}; not acknowledged", head,
                                reply.end == Reply::End::too_long ? "is too long" : "was cut off");
  }
  return result;
}

SendResult answered(const Reply& reply, std::time_t now, AnswerParser& parser,
                    const std::string& head) {
  const int status = reply.status;
  if (status >= 200 && status < 300) return success(reply, parser, head);
  SendResult result;
  if (status == 400 || status == 422) {
    if (const auto error = parser.error(reply.body)) {
      result.kind = Kind::rejected;
      result.detail = head + ": " + error->text();
      return result;
    }
    // Whose answer it is stands in the part that is missing.
    if (reply.end == Reply::End::failed) {
      result.detail = head + ", but its body was cut off";
      return result;
    }
  }
  result.kind = status == 413       ? Kind::too_large
                : is_outage(status) ? Kind::retry_later
                                    : Kind::refused;
  if (is_outage(status)) result.retry_after = parse_retry_after(reply.retry_after, now);
  result.detail = head + target(reply) + body_excerpt(reply, parser);
  result.detail += advice(status);
  return result;
}

}  // namespace

std::string failure_text(const Reply& reply) {
  switch (reply.end) {
    case Reply::End::interrupted:
      return "interrupted";
    case Reply::End::too_long:
      return "the answer is too long";
    case Reply::End::complete:
    case Reply::End::stopped:
      return {};
    case Reply::End::failed:
      break;
  }
  if (reply.connect_status >= 300) {
    return fmt::format("the proxy answered {} to CONNECT", reply.connect_status);
  }
  if (reply.code == CURLE_PEER_FAILED_VERIFICATION) {
    return "the server's certificate was not accepted: " + reply.problem;
  }
  if (tls_refused(reply)) return "TLS failed: " + reply.problem;
  return reply.problem;
}

SendResult verdict(const Reply& reply, std::string_view where, std::time_t now,
                   AnswerParser& parser) {
  if (reply.status != 0 && reply.end != Reply::End::interrupted) {
    return answered(reply, now, parser, fmt::format("{} answered {}", where, reply.status));
  }
  SendResult result;
  result.detail = fmt::format("{}: {}", where, failure_text(reply));
  if (reply.end == Reply::End::interrupted) result.kind = Kind::interrupted;
  if (reply.end != Reply::End::failed) return result;
  const bool by_proxy = reply.connect_status >= 300;
  const bool refused = by_proxy ? !is_outage(reply.connect_status)
                                : tls_refused(reply) || address_refused(reply.code);
  if (refused) result.kind = Kind::refused;
  return result;
}

}  // namespace trace::http
