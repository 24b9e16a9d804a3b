// SPDX-License-Identifier: Apache-2.0
#include "collector/server/request_head.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "collector/api/ascii.hpp"

namespace trace::collector::server {
namespace {

using State = HeadEnd::State;

constexpr std::size_t max_fields = 100;
constexpr std::size_t max_length_digits = 18;  // fits in 64 bits, signed or not

// Parsers disagree about a second value of one of these.
constexpr std::array<std::string_view, 11> singular{
    "host",           "content-length", "transfer-encoding", "content-type",
    "authorization",  "origin",         "content-encoding",  "expect",
    "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"};

struct Fields {
  std::array<std::optional<std::string_view>, singular.size()> values = {};

  std::optional<std::string_view> operator[](std::string_view name) const {
    const auto* place = std::find(singular.begin(), singular.end(), name);
    return values[static_cast<std::size_t>(place - singular.begin())];
  }
};

api::Response bad(std::string_view field, std::string_view message) {
  return api::error_response(400, field, message);
}

bool is_control(unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; }

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return api::is_alphanumeric(c) || marks.find(c) != std::string_view::npos;
  });
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), api::is_digit);
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find("\r\n"));
  text.remove_prefix(line.size() + 2);
  return line;
}

std::optional<api::Response> request_line_fault(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || !is_token(line.substr(0, first))) {
    return bad("", "invalid request line: must be METHOD TARGET HTTP/1.1");
  }
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (target.empty() || target.find_first_of(" \t") != std::string_view::npos) {
    return bad("", "invalid request target: must be one word without spaces");
  }
  const std::string_view version = line.substr(last + 1);
  if (version == "HTTP/1.1" || version == "HTTP/1.0") return std::nullopt;
  if (!version.starts_with("HTTP/")) return bad("", "invalid HTTP version: must be HTTP/1.1");
  return api::error_response(505, "", "unsupported HTTP version: use HTTP/1.1");
}

// Adds one header line to `fields`.
std::optional<api::Response> add_field(std::string_view line, Fields& fields) {
  if (line.front() == ' ' || line.front() == '\t') {
    return bad("", "a header value continues on the next line: HTTP/1.1 does not allow that");
  }
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name)) {
    return bad("", "invalid header: must be NAME: VALUE, without a space before the colon");
  }
  for (std::size_t i = 0; i < singular.size(); ++i) {
    if (!api::equals_ignoring_case(name, singular[i])) continue;
    if (fields.values[i]) return bad(singular[i], "is given more than once");
    fields.values[i] = api::trimmed(line.substr(colon + 1));
  }
  return std::nullopt;
}

// The length of the body must be unambiguous.
std::optional<api::Response> framing_fault(const Fields& fields, bool is_http_1_0) {
  const auto length = fields["content-length"];
  if (const auto encoding = fields["transfer-encoding"]) {
    if (is_http_1_0) return bad("Transfer-Encoding", "is not supported in HTTP/1.0: use HTTP/1.1");
    if (length) return bad("Transfer-Encoding", "must not come with Content-Length");
    if (!api::equals_ignoring_case(*encoding, "chunked")) {
      return api::error_response(501, "Transfer-Encoding", "must be chunked, or absent");
    }
  }
  if (length && (!is_digits(*length) || length->size() > max_length_digits)) {
    return bad("Content-Length", "must be one decimal number of bytes");
  }
  return std::nullopt;
}

}  // namespace

HeadEnd find_head_end(std::string_view bytes, std::size_t scanned) {
  for (std::size_t i = scanned; i < bytes.size(); ++i) {
    const bool follows_cr = i > 0 && bytes[i - 1] == '\r';
    if (bytes[i] == '\n') {
      if (!follows_cr) return {State::malformed, 0, "a line ends with LF alone: must be CR LF"};
      if (i == 1) return {State::malformed, 0, "begins with an empty line"};
      if (i >= 3 && bytes[i - 2] == '\n') return {State::complete, i + 1};
    } else if (follows_cr) {
      return {State::malformed, 0, "CR is not followed by LF"};
    } else if (bytes[i] != '\r' && is_control(static_cast<unsigned char>(bytes[i]))) {
      return {State::malformed, 0, "the head contains a control character"};
    }
  }
  return {};
}

std::optional<api::Response> head_fault(std::string_view head) {
  head.remove_suffix(2);
  const std::string_view request_line = take_line(head);
  if (auto fault = request_line_fault(request_line)) return fault;
  Fields fields;
  for (std::size_t count = 1; !head.empty(); ++count) {
    if (count > max_fields) {
      return api::error_response(431, "", fmt::format("more than {} header lines", max_fields));
    }
    if (auto fault = add_field(take_line(head), fields)) return fault;
  }
  const bool is_http_1_0 = request_line.ends_with("HTTP/1.0");
  if (auto fault = framing_fault(fields, is_http_1_0)) return fault;
  if (fields["host"].value_or("").empty() && (!is_http_1_0 || fields["host"])) {
    return bad("Host", "is missing: HTTP/1.1 requires it");
  }
  const auto expect = fields["expect"];
  if (expect && !is_http_1_0 && !api::equals_ignoring_case(*expect, "100-continue")) {
    return api::error_response(417, "Expect", "must be 100-continue, or absent");
  }
  return std::nullopt;
}

}  // namespace trace::collector::server
