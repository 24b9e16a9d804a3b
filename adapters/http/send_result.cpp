// SPDX-License-Identifier: Apache-2.0
#include "http/send_result.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "http/endpoint.hpp"
#include "text/ascii.hpp"
#include "text/utf8.hpp"

namespace trace::http {
namespace {

using Kind = SendResult::Kind;
namespace dom = simdjson::dom;

// The functions that read JSON throw simdjson_error when it is not what the API defines.

// Nullopt when the key is absent or its value is null.
std::optional<dom::element> value_of(const dom::object& object, std::string_view key) {
  dom::element value;
  if (object.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) return {};
  return value;
}

std::string text_of(const dom::object& object, std::string_view key) {
  const auto value = value_of(object, key);
  return value ? std::string(std::string_view(*value)) : std::string();
}

RunAcknowledgement run_of(const dom::object& run) {
  RunAcknowledgement to;
  to.run_id = text_of(run, "runId");
  if (to.run_id.empty()) throw simdjson::simdjson_error(simdjson::NO_SUCH_FIELD);
  if (const auto through = value_of(run, "through")) {
    for (const auto [emitter, sequence] : dom::object(*through)) {
      to.through.push_back({std::string(emitter), std::uint64_t(sequence)});
    }
  }
  if (const auto rejected = value_of(run, "rejected")) {
    for (const dom::object event : dom::array(*rejected)) {
      to.rejected.push_back({text_of(event, "id"), text_of(event, "reason")});
    }
  }
  to.status = run_status_from_name(text_of(run, "status"));
  return to;
}

// The weight of ";q=0.000" is 0 whatever the number of zeros.
bool weight_is_zero(std::string_view parameters) {
  const auto q = parameters.find_first_of("qQ");
  if (q == std::string_view::npos) return false;
  const auto value = detail::text::without_blanks_around(parameters.substr(q + 1));
  return value.starts_with("=0") && value.find_first_of("123456789") == std::string_view::npos;
}

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
  // An unsupported protocol includes a response that is not HTTP.
  return code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
         code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_NOT_BUILT_IN ||
         code == CURLE_UNKNOWN_OPTION;
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

// The target of a redirect, without its query and user-info.
std::string target(const Response& response) {
  if (response.status < 300 || response.status >= 400 || response.location.empty()) return {};
  const std::string url = shown_url(response.location);
  return url.empty() ? std::string() : " to " + one_line(url);
}

SendResult result_of(Kind kind, std::string detail) {
  return {.kind = kind, .runs = {}, .retry_after = {}, .detail = std::move(detail)};
}

SendResult success(const Response& response, ResponseParser& parser, const std::string& head) {
  const auto unacknowledged = [&](std::string_view problem) {
    return result_of(Kind::retry_later,
                     fmt::format("{}, but its body {}; not acknowledged", head, problem));
  };
  if (response.end == Response::End::too_long) return unacknowledged("is too long");
  if (response.end != Response::End::complete) return unacknowledged("was cut off");
  auto runs = parser.acknowledgement(response.body);
  if (!runs) return unacknowledged("cannot be read");
  SendResult result = result_of(Kind::acknowledged, {});
  result.runs = std::move(*runs);
  return result;
}

SendResult result_of_status(const Response& response, std::time_t now, ResponseParser& parser,
                            const std::string& head) {
  const int status = response.status;
  if (status >= 200 && status < 300) return success(response, parser, head);
  const auto error = parser.error(response.body);
  if (status == 400 || status == 422) {
    if (error) return result_of(Kind::rejected, head + ": " + *error);
    // The missing part would say whether this is from a trace backend.
    if (response.end == Response::End::failed) {
      return result_of(Kind::retry_later, head + ", but its body was cut off");
    }
  }
  SendResult result;
  result.kind = status == 413       ? Kind::too_large
                : is_outage(status) ? Kind::retry_later
                                    : Kind::refused;
  if (is_outage(status)) result.retry_after = parse_retry_after(response.retry_after, now);
  result.detail = head + target(response);
  if (error) result.detail += ": " + *error;
  result.detail += advice(status);
  return result;
}

}  // namespace

std::optional<std::vector<RunAcknowledgement>> ResponseParser::acknowledgement(
    std::string_view body) try {
  std::vector<RunAcknowledgement> runs;
  for (const dom::object run : dom::array(parser_.parse(body.data(), body.size())["runs"])) {
    runs.push_back(run_of(run));
  }
  return runs;
} catch (const simdjson::simdjson_error&) {
  return std::nullopt;
}

std::optional<std::string> ResponseParser::error(std::string_view body) try {
  const dom::object error = parser_.parse(body.data(), body.size())["error"];
  const std::string field = text_of(error, "field");
  const std::string_view message = error["message"];
  return field.empty() ? one_line(message) : one_line(fmt::format("{}: {}", field, message));
} catch (const simdjson::simdjson_error&) {
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, std::time_t now) {
  const std::string value(detail::text::without_blanks_around(text));
  if (value.empty()) return {};
  const auto digits = value.find_first_not_of("0123456789") == std::string::npos;
  std::int64_t seconds = 0;
  if (digits) {
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (parsed.ec == std::errc::result_out_of_range) return longest_retry_after;
  } else {
    const std::time_t date = curl_getdate(value.c_str(), nullptr);
    if (date == -1) return {};
    seconds = std::int64_t{date} - std::int64_t{now};
  }
  const auto longest = std::chrono::duration_cast<std::chrono::seconds>(longest_retry_after);
  return std::chrono::seconds{std::clamp<std::int64_t>(seconds, 0, longest.count())};
}

bool offers(std::string_view accept_encoding, std::string_view coding) {
  while (!accept_encoding.empty()) {
    const auto comma = accept_encoding.find(',');
    const auto item = detail::text::without_blanks_around(accept_encoding.substr(0, comma));
    accept_encoding =
        comma == std::string_view::npos ? std::string_view{} : accept_encoding.substr(comma + 1);
    const auto semicolon = item.find(';');
    const auto name = detail::text::without_blanks_around(item.substr(0, semicolon));
    if (name.size() != coding.size() || !curl_strnequal(name.data(), coding.data(), name.size())) {
      continue;
    }
    return semicolon == std::string_view::npos || !weight_is_zero(item.substr(semicolon + 1));
  }
  return false;
}

std::string one_line(std::string_view text, std::size_t longest) {
  const std::string_view begin = detail::text::trimmed_utf8(text, longest);
  std::string line(begin);
  std::replace_if(
      line.begin(), line.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return begin.size() < text.size() ? line + "..." : line;
}

std::string failure_text(const Response& response) {
  if (response.end == Response::End::interrupted) return "interrupted";
  if (response.end == Response::End::too_long) return "the response is too long";
  if (response.end != Response::End::failed) return {};
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
  const bool by_proxy = response.connect_status >= 300;
  const bool refused = by_proxy ? !is_outage(response.connect_status)
                                : tls_refused(response) || address_refused(response.code);
  const Kind kind = response.end == Response::End::interrupted         ? Kind::interrupted
                    : response.end == Response::End::failed && refused ? Kind::refused
                                                                       : Kind::retry_later;
  return result_of(kind, fmt::format("{}: {}", where, failure_text(response)));
}

}  // namespace trace::http
