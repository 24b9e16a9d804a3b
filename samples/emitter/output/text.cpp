// SPDX-License-Identifier: Apache-2.0
#include "emitter/output/text.hpp"

#include <fmt/format.h>

namespace trace::cli::output {
namespace {

struct Character {
  std::uint32_t code;
  std::size_t bytes;
  bool valid;
};

// The first character of a text that is not empty.
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {lead, 1, false};
  std::uint32_t code = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {lead, 1, false};
    code = code << 6 | (byte(i) & 0x3FU);
  }
  const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (overlong || surrogate || code > 0x10FFFF) return {lead, 1, false};
  return {code, bytes, true};
}

bool is_control(std::uint32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }

// Explicit directional embeddings, overrides and isolates; line and paragraph separators.
bool is_reordering(std::uint32_t code) {
  return (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

template <class Escape>
std::string escaped(std::string_view text, const Escape& escape) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_of(text);
    if (character.valid && !is_control(character.code) && !is_reordering(character.code)) {
      out += text.substr(0, character.bytes);
    } else {
      escape(out, character);
    }
    text.remove_prefix(character.bytes);
  }
  return out;
}

// The string that begins at `at`, with both quotes.
std::string_view string_at(std::string_view json, std::size_t at) {
  std::size_t end = at + 1;
  while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
  return json.substr(at, end + 1 - at);
}

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

std::string thousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t end = text.size(); end > 3;) {
    end -= 3;
    text.insert(end, 1, ',');
  }
  return text;
}

std::string printable(std::string_view text) {
  return escaped(text, [](std::string& out, const Character& character) {
    const std::uint32_t code = character.code;
    if (code == '\n') {
      out += "\\n";
    } else if (code == '\r') {
      out += "\\r";
    } else if (code == '\t') {
      out += "\\t";
    } else if (character.valid && code >= 0x80) {
      out += fmt::format("\\u{{{:x}}}", code);
    } else {
      out += fmt::format("\\x{:02x}", code);
    }
  });
}

std::string printable_json(std::string_view json) {
  return escaped(json, [](std::string& out, const Character& character) {
    if (!character.valid) {
      out += "\xEF\xBF\xBD";  // U+FFFD, as everywhere in the contract's JSON
    } else if (character.code >= 0x20) {
      out += fmt::format("\\u{:04x}", character.code);
    } else {
      out += ' ';  // white space between values: inside strings JSON has escaped it already
    }
  });
}

std::string indented_json(std::string_view json) {
  std::string out;
  std::size_t depth = 0;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (is_space(c)) continue;
    const char before = out.empty() ? ' ' : out.back();
    const bool opened = before == '{' || before == '[';
    const bool closes = c == '}' || c == ']';
    if (closes) --depth;
    if (before == ',' || opened != closes) {  // {} and [] stay on one line
      out.append("\n").append(2 * depth, ' ');
    } else if (before == ':') {
      out += ' ';
    }
    const std::string_view token = c == '"' ? string_at(json, at) : json.substr(at, 1);
    out += token;
    at += token.size() - 1;
    if (c == '{' || c == '[') ++depth;
  }
  return out;
}

}  // namespace trace::cli::output
