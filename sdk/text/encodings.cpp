// SPDX-License-Identifier: Apache-2.0
#include "text/encodings.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

#include "text/ascii.hpp"
#include "text/utf8.hpp"

namespace trace::detail::text {
namespace {

constexpr std::string_view base64_standard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64_url_safe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::string_view digits_of(HexDigits digits) {
  return digits == HexDigits::lower ? "0123456789abcdef" : "0123456789ABCDEF";
}

void append_hex(std::string& out, char c, HexDigits digits) {
  const auto byte = static_cast<unsigned char>(c);
  out += digits_of(digits)[byte >> 4];
  out += digits_of(digits)[byte & 15];
}

bool contains(std::string_view characters, char c) {
  return characters.find(c) != std::string_view::npos;
}

bool stands_for_itself(char c, UrlStyle style) {
  if (is_letter_or_digit(c) || contains("-_.~", c)) return true;
  if (style == UrlStyle::lenient) return contains("!*'()", c);
  if (style == UrlStyle::slashes) return c == '/';
  if (style == UrlStyle::whole && contains("#?", c)) return true;
  if (style == UrlStyle::path || style == UrlStyle::whole) {
    return c > ' ' && c < 0x7F && !contains("\"#%<>?[\\]^`{|}", c);
  }
  return false;
}

void append_unit(std::string& out, std::uint32_t unit, HexDigits digits) {
  out += "\\u";
  append_hex(out, static_cast<char>(unit >> 8), digits);
  append_hex(out, static_cast<char>(unit & 0xFF), digits);
}

std::uint32_t code_point(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 1) return byte(0);
  std::uint32_t point = byte(0) & (0xFFU >> (sequence.size() + 1));
  for (std::size_t i = 1; i < sequence.size(); ++i) point = point << 6 | (byte(i) & 0x3FU);
  return point;
}

// \u00e9, two of them beyond the first plane.
void append_escaped_point(std::string& out, std::uint32_t point, HexDigits digits) {
  if (point < 0x10000) return append_unit(out, point, digits);
  append_unit(out, 0xD800 + ((point - 0x10000) >> 10), digits);
  append_unit(out, 0xDC00 + ((point - 0x10000) & 0x3FF), digits);
}

void append_escaped_ascii(std::string& out, char c, const JsonStyle& style) {
  const auto unit = [&] { append_unit(out, static_cast<unsigned char>(c), style.digits); };
  const std::string_view named = "\"\\\n\r\t\b\f";
  const std::size_t at = named.find(c);
  if ((style.escapes_html && contains("<>&", c)) ||
      (style.escapes_quotes && contains("\"'+`<>&", c))) {
    unit();
  } else if (at != std::string_view::npos && (at < 2 || !style.escapes_controls)) {
    out.append("\\").append(1, "\"\\nrtbf"[at]);
  } else if (static_cast<unsigned char>(c) < 0x20) {
    unit();
  } else if (c == '/' && style.escapes_slash) {
    out += "\\/";
  } else {
    out += c;
  }
}

bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x7F; }

void append_byte(std::string& out, char c, StringStyle::Bytes bytes) {
  if (bytes == StringStyle::Bytes::octal) {
    fmt::format_to(std::back_inserter(out), "\\{:03o}", static_cast<unsigned char>(c));
  } else {
    append_hex(out += "\\x", c, HexDigits::lower);
  }
}

}  // namespace

std::string base64(std::string_view bytes, Base64 alphabet) {
  const std::string_view characters =
      alphabet == Base64::standard ? base64_standard : base64_url_safe;
  std::string out;
  std::uint32_t bits = 0;
  int pending = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (pending += 8; pending >= 6; pending -= 6) out += characters[(bits >> (pending - 6)) & 63];
  }
  if (pending > 0) out += characters[(bits << (6 - pending)) & 63];
  return out;
}

std::string base64_inside(std::string_view bytes, std::size_t before, Base64 alphabet) {
  std::string out = base64(std::string(before, '\0').append(bytes), alphabet);
  if ((before + bytes.size()) % 3 != 0) out.pop_back();  // shared with the next byte
  return out.substr(before == 0 ? 0 : before + 1);
}

std::string hexadecimal(std::string_view bytes, HexDigits digits) {
  std::string out;
  for (const char c : bytes) append_hex(out, c, digits);
  return out;
}

std::string unicode_escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Utf8Sequence sequence = first_utf8_sequence(text);
    if (sequence.valid) {
      append_escaped_point(out, code_point(text.substr(0, sequence.bytes)), HexDigits::lower);
    } else {
      out += "\\ufffd";
    }
    text.remove_prefix(sequence.bytes);
  }
  return out;
}

std::string url_encoded(std::string_view bytes, UrlStyle style, HexDigits digits) {
  std::string out;
  for (const char c : bytes) {
    if (stands_for_itself(c, style)) {
      out += c;
    } else if (c == ' ' && style == UrlStyle::form) {
      out += '+';
    } else {
      out += '%';
      append_hex(out, c, digits);
    }
  }
  return out;
}

std::string json_escaped(std::string_view text, const JsonStyle& style) {
  std::string out;
  while (!text.empty()) {
    const Utf8Sequence sequence = first_utf8_sequence(text);
    const std::string_view bytes = text.substr(0, sequence.bytes);
    if (bytes.size() == 1 && static_cast<unsigned char>(bytes.front()) < 0x80) {
      append_escaped_ascii(out, bytes.front(), style);
    } else if (!sequence.valid) {
      out += style.escapes_non_ascii ? "\\ufffd" : replacement_character;
    } else if (style.escapes_non_ascii) {
      append_escaped_point(out, code_point(bytes), style.digits);
    } else {
      out += bytes;
    }
    text.remove_prefix(sequence.bytes);
  }
  return out;
}

std::string replaced(std::string_view text, char from, std::string_view to) {
  std::string out;
  for (const char c : text) out += c == from ? to : std::string_view(&c, 1);
  return out;
}

std::string shell_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = is_letter_or_digit(c) || is_beyond_ascii(c) || contains("%+-./:=@_", c);
    if (!is_plain) out += '\\';
    out += c;
  }
  return out;
}

std::string string_escaped(std::string_view text, const StringStyle& style) {
  constexpr std::string_view controls = "\a\b\t\n\v\f\r";
  std::string out;
  for (const char c : text) {
    const std::size_t control = controls.find(c);
    if (control != std::string_view::npos) {
      out.append("\\").append(1, "abtnvfr"[control]);
    } else if (c == '\\' || (style.quote != 0 && c == style.quote)) {
      out.append("\\").append(1, c);
    } else if (static_cast<unsigned char>(c) < ' ' ||
               (is_beyond_ascii(c) && style.bytes != StringStyle::Bytes::as_they_are)) {
      append_byte(out, c, style.bytes);
    } else {
      out += c;
    }
  }
  return out;
}

std::string html_escaped(std::string_view text, const HtmlStyle& style) {
  std::string out = replaced(replaced(replaced(text, '&', "&amp;"), '<', "&lt;"), '>', "&gt;");
  if (!style.double_quote.empty()) out = replaced(out, '"', style.double_quote);
  return style.single_quote.empty() ? out : replaced(out, '\'', style.single_quote);
}

std::string quoted_printable(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const bool is_plain = (c >= ' ' && c < 0x7F && c != '=') || c == '\t' || c == '\n' || c == '\r';
    if (is_plain) {
      out += c;
    } else {
      append_hex(out += '=', c, HexDigits::upper);
    }
  }
  return out;
}

}  // namespace trace::detail::text
