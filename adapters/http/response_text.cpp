// SPDX-License-Identifier: Apache-2.0
#include "http/response_text.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>

#include "text/utf8.hpp"

namespace trace::http {
namespace {

namespace dom = simdjson::dom;

// Sets `to` when the key is there with a value of that kind; an absent key and null leave it as
// it is. False when the value is of another kind.
bool optional_text(const dom::object& object, std::string_view key, std::string& to) {
  dom::element value;
  if (object.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) return true;
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return false;
  to = text;
  return true;
}

bool read_through(const dom::object& run, std::vector<RunAcknowledgement::Through>& to) {
  dom::element value;
  if (run.at_key("through").get(value) != simdjson::SUCCESS || value.is_null()) return true;
  dom::object emitters;
  if (value.get(emitters) != simdjson::SUCCESS) return false;
  for (const auto [emitter, sequence] : emitters) {
    std::uint64_t number = 0;
    if (sequence.get(number) != simdjson::SUCCESS) return false;
    to.push_back({std::string(emitter), number});
  }
  return true;
}

bool read_rejected(const dom::object& run, std::vector<RunAcknowledgement::RejectedEvent>& to) {
  dom::element value;
  if (run.at_key("rejected").get(value) != simdjson::SUCCESS || value.is_null()) return true;
  dom::array events;
  if (value.get(events) != simdjson::SUCCESS) return false;
  for (const dom::element event : events) {
    dom::object object;
    if (event.get(object) != simdjson::SUCCESS) return false;
    auto& rejected = to.emplace_back();
    if (!optional_text(object, "id", rejected.id)) return false;
    if (!optional_text(object, "reason", rejected.reason)) return false;
  }
  return true;
}

bool read_run(const dom::element& element, RunAcknowledgement& to) {
  dom::object run;
  if (element.get(run) != simdjson::SUCCESS) return false;
  if (!optional_text(run, "runId", to.run_id) || to.run_id.empty()) return false;
  if (!read_through(run, to.through) || !read_rejected(run, to.rejected)) return false;
  std::string status;
  if (!optional_text(run, "status", status)) return false;
  to.status = run_status_from_name(status);
  return true;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// The weight of ";q=0.000" is 0 whatever the number of zeros.
bool weight_is_zero(std::string_view parameters) {
  const auto q = parameters.find_first_of("qQ");
  if (q == std::string_view::npos) return false;
  const auto value = trimmed(parameters.substr(q + 1));
  return value.starts_with("=0") && value.find_first_of("123456789") == std::string_view::npos;
}

}  // namespace

std::string ErrorBody::text() const {
  return one_line(field.empty() ? message : field + ": " + message);
}

std::optional<std::vector<RunAcknowledgement>> ResponseParser::acknowledgement(
    std::string_view body) {
  dom::array runs;
  if (parser_.parse(body.data(), body.size())["runs"].get(runs) != simdjson::SUCCESS) return {};
  std::vector<RunAcknowledgement> all;
  for (const dom::element run : runs) {
    if (!read_run(run, all.emplace_back())) return {};
  }
  return all;
}

std::optional<ErrorBody> ResponseParser::error(std::string_view body) {
  dom::object object;
  if (parser_.parse(body.data(), body.size())["error"].get(object) != simdjson::SUCCESS) return {};
  ErrorBody error;
  std::string_view message;
  if (object.at_key("message").get(message) != simdjson::SUCCESS) return {};
  error.message = message;
  if (!optional_text(object, "field", error.field)) return {};
  return error;
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, std::time_t now) {
  const std::string value(trimmed(text));
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
    const auto item = trimmed(accept_encoding.substr(0, comma));
    accept_encoding =
        comma == std::string_view::npos ? std::string_view{} : accept_encoding.substr(comma + 1);
    const auto semicolon = item.find(';');
    if (!same_letters(trimmed(item.substr(0, semicolon)), coding)) continue;
    return semicolon == std::string_view::npos || !weight_is_zero(item.substr(semicolon + 1));
  }
  return false;
}

std::string one_line(std::string_view text, std::size_t longest) {
  const std::string_view shown = detail::text::trimmed_utf8(text, longest);
  std::string line(shown);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f) c = ' ';
  }
  if (shown.size() < text.size()) line += "...";
  return line;
}

}  // namespace trace::http
