// SPDX-License-Identifier: Apache-2.0
#include "http/send_result.hpp"

#include <fmt/core.h>

#include "http/endpoint.hpp"

namespace trace::http {
namespace {

using Kind = SendResult::Kind;

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// TLS failures that a retry does not cure. libcurl has one code for every failed handshake, so the
// server's alert is only in the text; unknown texts count as outages.
bool tls_refused(const Response& response) {
  switch (response.code) {
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
      return contains(response.problem, "alert") ||
             contains(response.problem, "wrong version number");
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return contains(response.problem, "alert");
    default:
      return false;
  }
}

// Not an HTTP server, or not an address that a request can be sent to.
bool address_refused(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:  // includes a response that is not HTTP
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
  if (status == 404) return "; events are not accepted at this URL, check the endpoint";
  if (status == 407) return "; the proxy requires credentials";
  if (status == 415) return "; NDJSON is not accepted at this URL, check the endpoint";
  if (status == 400 || status == 422)
    return "; the response is not from a trace backend, check the endpoint";
  if (status >= 300 && status < 400)
    return "; redirects are not followed, set the endpoint to the target";
  return "";
}

std::string body_excerpt(const Response& response, ResponseParser& parser) {
  const auto error = parser.error(response.body);
  return error ? ": " + error->text() : std::string();
}

// The target of a redirect, without its query and user-info.
std::string target(const Response& response) {
  if (response.status < 300 || response.status >= 400 || response.location.empty()) return {};
  const std::string url = shown_url(response.location);
  return url.empty() ? std::string() : " to " + one_line(url);
}

SendResult success(const Response& response, ResponseParser& parser, const std::string& head) {
  SendResult result;
  if (response.end == Response::End::complete) {
    if (auto runs = parser.acknowledgement(response.body)) {
      result.kind = Kind::acknowledged;
      result.runs = std::move(*runs);
      return result;
    }
    result.detail = head + ", but its body cannot be read; not acknowledged";
  } else {
    result.detail =
        fmt::format("{}, but its body {}; not acknowledged", head,
                    response.end == Response::End::too_long ? "is too long" : "was cut off");
  }
  return result;
}

SendResult result_of_status(const Response& response, std::time_t now, ResponseParser& parser,
                            const std::string& head) {
  const int status = response.status;
  if (status >= 200 && status < 300) return success(response, parser, head);
  SendResult result;
  if (status == 400 || status == 422) {
    if (const auto error = parser.error(response.body)) {
      result.kind = Kind::rejected;
      result.detail = head + ": " + error->text();
      return result;
    }
    // The missing part would say whether this is from a trace backend.
    if (response.end == Response::End::failed) {
      result.detail = head + ", but its body was cut off";
      return result;
    }
  }
  result.kind = status == 413       ? Kind::too_large
                : is_outage(status) ? Kind::retry_later
                                    : Kind::refused;
  if (is_outage(status)) result.retry_after = parse_retry_after(response.retry_after, now);
  result.detail = head + target(response) + body_excerpt(response, parser);
  result.detail += advice(status);
  return result;
}

}  // namespace

std::string failure_text(const Response& response) {
  switch (response.end) {
    case Response::End::interrupted:
      return "interrupted";
    case Response::End::too_long:
      return "the response is too long";
    case Response::End::complete:
    case Response::End::stopped:
      return {};
    case Response::End::failed:
      break;
  }
  if (response.connect_status >= 300) {
    return fmt::format("the proxy responded to CONNECT with {}", response.connect_status);
  }
  if (response.code == CURLE_PEER_FAILED_VERIFICATION) {
    return "the server's certificate was not accepted: " + response.problem;
  }
  if (tls_refused(response)) return "TLS failed: " + response.problem;
  return response.problem;
}

SendResult send_result(const Response& response, std::string_view where, std::time_t now,
                       ResponseParser& parser) {
  if (response.status != 0 && response.end != Response::End::interrupted) {
    return result_of_status(response, now, parser,
                            fmt::format("{} responded with {}", where, response.status));
  }
  SendResult result;
  result.detail = fmt::format("{}: {}", where, failure_text(response));
  if (response.end == Response::End::interrupted) result.kind = Kind::interrupted;
  if (response.end != Response::End::failed) return result;
  const bool by_proxy = response.connect_status >= 300;
  const bool refused = by_proxy ? !is_outage(response.connect_status)
                                : tls_refused(response) || address_refused(response.code);
  if (refused) result.kind = Kind::refused;
  return result;
}

}  // namespace trace::http
