// SPDX-License-Identifier: Apache-2.0
#include "secrets/text_quotings.hpp"

#include <fmt/format.h>

#include <iterator>

namespace trace::detail::secrets {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x7F; }

void append_byte(std::string& out, char c, StringStyle::Bytes bytes) {
  const unsigned value = static_cast<unsigned char>(c);
  if (bytes == StringStyle::Bytes::octal) {
    fmt::format_to(std::back_inserter(out), "\\{:03o}", value);
  } else {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", value);
  }
}

}  // namespace

std::string replaced(std::string_view text, char from, std::string_view to) {
  std::string out;
  for (const char c : text) {
    if (c == from) {
      out += to;
    } else {
      out += c;
    }
  }
  return out;
}

std::string shell_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = is_letter_or_digit(c) || is_beyond_ascii(c) ||
                          std::string_view("%+-./:=@_").find(c) != std::string_view::npos;
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
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += style.double_quote.empty() ? "\"" : style.double_quote;
        break;
      case '\'':
        out += style.single_quote.empty() ? "'" : style.single_quote;
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string quoted_printable(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const bool is_plain = (c >= ' ' && c < 0x7F && c != '=') || c == '\t' || c == '\n' || c == '\r';
    if (is_plain) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "={:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace trace::detail::secrets
