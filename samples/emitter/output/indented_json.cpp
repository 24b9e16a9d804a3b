// SPDX-License-Identifier: Apache-2.0
#include "emitter/output/indented_json.hpp"

#include <cassert>

namespace trace::cli::output {
namespace {

// The string that begins at `at`, with both quotes.
std::string_view string_at(std::string_view json, std::size_t at) {
  std::size_t end = at + 1;
  while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
  return json.substr(at, end + 1 - at);
}

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

std::string indented_json(std::string_view json) {
  std::string out;
  std::size_t depth = 0;
  const auto new_line = [&] { out.append("\n").append(2 * depth, ' '); };
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (is_space(c)) continue;
    if (c == '"') {
      const std::string_view text = string_at(json, at);
      out += text;
      at += text.size() - 1;
    } else if (c == '{' || c == '[') {
      std::size_t next = at + 1;
      while (next < json.size() && is_space(json[next])) ++next;
      out += c;
      if (next < json.size() && (json[next] == '}' || json[next] == ']')) {
        out += json[next];
        at = next;
      } else {
        ++depth;
        new_line();
      }
    } else if (c == '}' || c == ']') {
      assert(depth > 0);
      --depth;
      new_line();
      out += c;
    } else if (c == ',') {
      out += c;
      new_line();
    } else {
      out += c;
      if (c == ':') out += ' ';
    }
  }
  return out;
}

}  // namespace trace::cli::output
