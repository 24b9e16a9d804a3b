// SPDX-License-Identifier: Apache-2.0
#include "emitter/output/text.hpp"

#include <fmt/format.h>

#include "emitter/output/character.hpp"

namespace trace::cli::output {
namespace {

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
    const Character character = first_character(text);
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

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.append(1, '\\').append(1, c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return printable_json(out += '"');
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
