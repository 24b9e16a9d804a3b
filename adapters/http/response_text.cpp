// SPDX-License-Identifier: Apache-2.0
#include "http/response_text.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>

#include "text/ascii.hpp"
#include "text/utf8.hpp"

namespace trace::http {
namespace {

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
  const auto value = detail::without_blanks_around(parameters.substr(q + 1));
  return value.starts_with("=0") && value.find_first_of("123456789") == std::string_view::npos;
}

}  // namespace

std::string ErrorBody::text() const {
  return one_line(field.empty() ? message : field + ": " + message);
}

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

std::optional<ErrorBody> ResponseParser::error(std::string_view body) try {
  const dom::object error = parser_.parse(body.data(), body.size())["error"];
  return ErrorBody{.field = text_of(error, "field"),
                   .message = std::string(std::string_view(error["message"]))};
} catch (const simdjson::simdjson_error&) {
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, std::time_t now) {
  const std::string value(detail::without_blanks_around(text));
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
    const auto item = detail::without_blanks_around(accept_encoding.substr(0, comma));
    accept_encoding =
        comma == std::string_view::npos ? std::string_view{} : accept_encoding.substr(comma + 1);
    const auto semicolon = item.find(';');
    const auto name = detail::without_blanks_around(item.substr(0, semicolon));
    if (name.size() != coding.size() || !curl_strnequal(name.data(), coding.data(), name.size())) {
      continue;
    }
    return semicolon == std::string_view::npos || !weight_is_zero(item.substr(semicolon + 1));
  }
  return false;
}

std::string one_line(std::string_view text, std::size_t longest) {
  const std::string_view begin = detail::trimmed_utf8(text, longest);
  std::string line(begin);
  std::replace_if(
      line.begin(), line.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return begin.size() < text.size() ? line + "..." : line;
}

}  // namespace trace::http
