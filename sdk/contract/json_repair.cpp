// SPDX-License-Identifier: Apache-2.0
#include "contract/json_repair.hpp"

#include "contract/json_document.hpp"

namespace trace::detail::contract {
namespace {

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

}  // namespace trace::detail::contract
