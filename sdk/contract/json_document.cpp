// SPDX-License-Identifier: Apache-2.0
#include "contract/json_document.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "contract/data_keys.hpp"
#include "contract/json_repair.hpp"
#include "text/json_scan.hpp"
#include "text/json_text.hpp"
#include "text/utf8.hpp"

namespace trace::detail::contract {
namespace {

// A thread does not keep the memory of a larger document.
constexpr std::size_t largest_kept_parser = std::size_t{8} << 20;

constexpr std::pair<simdjson::error_code, std::string_view> faults[] = {
    {simdjson::SUCCESS, {}},
    {simdjson::EMPTY, "is empty where JSON was expected"},
    {simdjson::DEPTH_ERROR, "is nested too deeply"},
    {simdjson::CAPACITY, "is too long"},
    {simdjson::MEMALLOC, "cannot be parsed: out of memory"},
    {simdjson::UNCLOSED_STRING, "is not valid JSON: unterminated string"},
    {simdjson::UNESCAPED_CHARS, "is not valid JSON: unescaped control character in a string"},
    {simdjson::STRING_ERROR, "is not valid JSON: invalid escape in a string"},
    {simdjson::NUMBER_ERROR, "is not valid JSON: malformed number"}};

std::string_view fault_of(simdjson::error_code code) noexcept {
  for (const auto& [each, fault] : faults) {
    if (code == each) return fault;
  }
  return "is not valid JSON";
}

bool is_marked_number(std::string_view text) noexcept {
  return !text.empty() && text.front() == '\0';
}

void append_double(std::string& out, double value) {
  const std::size_t before = out.size();
  text::append_number(out, value);
  // 1.0 keeps its point: some readers distinguish integers and floats.
  if (out.find_first_not_of("-0123456789", before) == std::string::npos) out += ".0";
}

void append_text(std::string& out, std::string_view text) {
  if (is_marked_number(text)) {
    out.append(text.substr(1));
  } else {
    text::append_quoted(out, text);
  }
}

void append_members(std::string& out, const simdjson::dom::object& object) {
  out += '{';
  bool first = true;
  for (const auto [key, value] : object) {
    if (!first) out += ',';
    first = false;
    text::append_quoted(out, key);
    out += ':';
    append_json(out, value);
  }
  out += '}';
}

void append_elements(std::string& out, const simdjson::dom::array& array) {
  out += '[';
  bool first = true;
  for (const simdjson::dom::element element : array) {
    if (!first) out += ',';
    first = false;
    append_json(out, element);
  }
  out += ']';
}

std::string minified(std::string_view json) {
  std::string out(json.size(), '\0');
  std::size_t length = 0;
  if (simdjson::minify(json.data(), json.size(), out.data(), length) != simdjson::SUCCESS) {
    return std::string(json);  // too large, but valid
  }
  out.resize(length);
  return out;
}

}  // namespace

JsonDocument& JsonDocument::of_this_thread() {
  thread_local JsonDocument document;
  return document;
}

simdjson::error_code JsonDocument::parse(std::string_view json, std::size_t max_depth) {
  if (parser_.capacity() > largest_kept_parser) parser_ = simdjson::dom::parser();
  if (parser_.max_depth() != max_depth) {
    const std::size_t capacity = std::max(parser_.capacity(), json.size());
    if (const auto failed = parser_.allocate(capacity, max_depth)) return failed;
  }
  return parser_.parse(json.data(), json.size()).get(root_);
}

std::string_view JsonDocument::read(std::string_view json, std::size_t max_depth) {
  text_ = json;
  if (json.empty()) return fault_of(simdjson::EMPTY);  // data() may be null
  simdjson::error_code code = parse(text_, max_depth);
  const bool is_text_wrong = code == simdjson::UTF8_ERROR || code == simdjson::STRING_ERROR;
  // After a number, what follows was not read.
  const bool may_be_wrong =
      code == simdjson::NUMBER_ERROR && json.find("\\u") != std::string_view::npos;
  if (is_text_wrong || may_be_wrong || json.find("\\u0000") != std::string_view::npos) {
    repaired_ = text::with_repaired_strings(json);
    text_ = repaired_;
    code = parse(text_, max_depth);
  }
  if (code == simdjson::NUMBER_ERROR ||
      (code == simdjson::SUCCESS && text::has_imprecise_number(text_))) {
    with_marked_numbers_ = text::with_long_numbers_marked(text_);
    code = parse(with_marked_numbers_, max_depth);
  }
  return fault_of(code);
}

std::optional<std::string_view> string_in(const simdjson::dom::element& value) noexcept {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS || is_marked_number(text)) return std::nullopt;
  return text;
}

std::optional<std::uint64_t> count_in(const simdjson::dom::element& value) noexcept {
  constexpr std::uint64_t largest = (std::uint64_t{1} << 53) - 1;
  if (std::uint64_t integer = 0; value.get(integer) == simdjson::SUCCESS) {
    return integer <= largest ? std::optional(integer) : std::nullopt;
  }
  double number = 0;
  if (!value.is_double() || value.get(number) != simdjson::SUCCESS) return std::nullopt;
  if (number < 0 || number > static_cast<double>(largest) || number != std::floor(number)) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(number);
}

void append_json(std::string& out, const simdjson::dom::element& value) {
  using simdjson::dom::element_type;
  switch (value.type()) {
    case element_type::OBJECT:
      return append_members(out, simdjson::dom::object(value));
    case element_type::ARRAY:
      return append_elements(out, simdjson::dom::array(value));
    case element_type::STRING:
      return append_text(out, std::string_view(value));
    case element_type::INT64:
      return text::append_number(out, std::int64_t(value));
    case element_type::UINT64:
      return text::append_number(out, std::uint64_t(value));
    case element_type::DOUBLE:
      return append_double(out, double(value));
    case element_type::BOOL:
      out += bool(value) ? "true" : "false";
      return;
    case element_type::NULL_VALUE:
      out += "null";
      return;
  }
}

std::optional<std::string> repaired_json_value(std::string_view text) {
  JsonDocument& document = JsonDocument::of_this_thread();
  if (!document.read(text, max_json_depth).empty()) return std::nullopt;
  return minified(document.text());
}

std::optional<std::string> repaired_json_object(std::string_view text) {
  JsonDocument& document = JsonDocument::of_this_thread();
  if (!document.read(text, max_json_depth).empty()) return std::nullopt;
  if (!document.root().is_object()) return std::nullopt;
  return minified(document.text());
}

std::optional<std::string> repaired_data(std::string_view text, bool& has_reserved) {
  JsonDocument& document = JsonDocument::of_this_thread();
  simdjson::dom::object object;
  if (!document.read(text, max_json_depth).empty()) return std::nullopt;
  if (document.root().get(object) != simdjson::SUCCESS) return std::nullopt;
  for (const auto [key, value] : object) has_reserved = has_reserved || is_reserved_key(key);
  return minified(document.text());
}

}  // namespace trace::detail::contract
