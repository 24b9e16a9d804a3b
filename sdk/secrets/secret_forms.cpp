// SPDX-License-Identifier: Apache-2.0
#include "secrets/secret_forms.hpp"

#include <algorithm>
#include <span>

#include "text/ascii.hpp"
#include "text/encodings.hpp"

namespace trace::detail::secrets {
namespace {

// Minimum length of a line that is searched for separately.
constexpr std::size_t shortest_line = 16;

constexpr text::JsonStyle all_json_styles[] = {
    {},
    {.escapes_slash = true},
    {.escapes_non_ascii = true},
    {.escapes_slash = true, .escapes_non_ascii = true},
    {.escapes_html = true},
    {.escapes_non_ascii = true, .escapes_html = true, .escapes_quotes = true},
    {.escapes_controls = true}};
constexpr text::JsonStyle most_json_styles[] = {{}, {.escapes_slash = true}};

constexpr text::UrlStyle all_url_styles[] = {text::UrlStyle::component, text::UrlStyle::form,
                                             text::UrlStyle::lenient,   text::UrlStyle::slashes,
                                             text::UrlStyle::path,      text::UrlStyle::whole};
constexpr text::UrlStyle most_url_styles[] = {text::UrlStyle::component, text::UrlStyle::form};

constexpr text::HtmlStyle html_styles[] = {{},
                                           {"&quot;", "&#x27;"},
                                           {"&quot;", "&#39;"},
                                           {"&#34;", "&#39;"},
                                           {"&quot;", "&#039;"},
                                           {"&quot;", "&apos;"}};

class Forms {
 public:
  explicit Forms(std::size_t shortest) : shortest_(shortest) {}

  void add(std::string_view form) {
    std::string text = with_symbols(with_gaps(form));
    if (text.size() >= shortest_) forms_.push_back(std::move(text));
  }

  void add_encodings(std::string_view value) {
    const bool is_long = value.size() > longest_with_all_forms;
    add(value);
    for (const std::size_t before : {0U, 1U, 2U}) {
      add(text::base64_inside(value, before, text::Base64::standard));
    }
    add(text::hexadecimal(value, text::HexDigits::lower));
    for (const text::UrlStyle style : is_long ? std::span<const text::UrlStyle>(most_url_styles)
                                              : std::span<const text::UrlStyle>(all_url_styles)) {
      const std::string once = text::url_encoded(value, style, text::HexDigits::lower);
      add(once);
      if (!is_long) add(text::url_encoded(once, text::UrlStyle::component, text::HexDigits::lower));
    }
    add_json(value);
    if (is_long) return;
    add_byte_by_byte(value);
    add_quotings(value);
  }

  void add_json(std::string_view value) {
    const bool is_long = value.size() > longest_with_all_forms;
    for (const text::JsonStyle& style : is_long
                                            ? std::span<const text::JsonStyle>(most_json_styles)
                                            : std::span<const text::JsonStyle>(all_json_styles)) {
      const std::string once = text::json_escaped(value, style);
      add(once);
      if (once == value) continue;
      // A document within a string of another, as logs have it: written by the same writer twice,
      // or the second time by one that escapes no more than it must (ours).
      add(text::json_escaped(once, {}));
      if (!is_long) add(text::json_escaped(once, style));
    }
  }

  std::vector<std::string> take() {
    std::sort(forms_.begin(), forms_.end());
    forms_.erase(std::unique(forms_.begin(), forms_.end()), forms_.end());
    return std::move(forms_);
  }

 private:
  // Every byte in hexadecimal, with something in between.
  void add_byte_by_byte(std::string_view value) {
    const std::string pairs = text::hexadecimal(value, text::HexDigits::lower);
    for (const std::string_view before : {":", "%", "\\x", "="}) {
      std::string out;
      for (std::size_t at = 0; at < pairs.size(); at += 2) out.append(before).append(pairs, at, 2);
      add(out.substr(before == ":" ? 1 : 0));
    }
    add(text::unicode_escaped(value));
  }

  void add_quotings(std::string_view value) {
    for (const std::string_view quote : {"'\\''", "'\"'\"'", "''"})
      add(text::replaced(value, '\'', quote));
    add(text::replaced(value, '"', "\"\""));
    add(text::shell_escaped(value));
    using Bytes = text::StringStyle::Bytes;
    for (const Bytes bytes : {Bytes::as_they_are, Bytes::octal, Bytes::hexadecimal}) {
      for (const char quote : {'\'', '"', '\0'}) add(text::string_escaped(value, {quote, bytes}));
    }
    for (const text::HtmlStyle& style : html_styles) add(text::html_escaped(value, style));
    add(text::quoted_printable(value));
  }

  const std::size_t shortest_;
  std::vector<std::string> forms_;
};

// Lines that say nothing by themselves, such as the first of a PEM block or {"type": "account",
// must not be taken away wherever they stand.
bool is_token(std::string_view line) {
  return line.size() >= shortest_line && !line.starts_with("-----") &&
         std::all_of(line.begin(), line.end(), [](char c) {
           return text::is_letter_or_digit(c) ||
                  std::string_view("+/=-_.").find(c) != std::string_view::npos;
         });
}

// The value with other line ends, which encodings make visible.
std::string with_line_ends(std::string_view value, std::string_view end) {
  std::string out;
  for (const char c : value) {
    if (c != '\n') {
      out += c;
      continue;
    }
    if (out.ends_with('\r')) out.pop_back();
    out += end;
  }
  return out;
}

}  // namespace

std::string with_gaps(std::string_view text) {
  std::string out;
  for (const char c : trimmed_white_space(text)) {
    if (!is_white_space(c)) {
      out += c;
    } else if (out.back() != gap) {
      out += gap;
    }
  }
  return out;
}

std::vector<std::string> secret_forms(std::string_view value, std::size_t shortest) {
  value = trimmed_white_space(value);
  Forms forms(shortest);
  if (with_gaps(value).size() < shortest) return {};
  forms.add_encodings(value);
  if (value.find('\n') == std::string_view::npos) return forms.take();
  forms.add_encodings(with_line_ends(value, "\n"));
  if (value.size() <= longest_with_all_forms) forms.add_encodings(with_line_ends(value, "\r\n"));
  for (std::string_view rest = value; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (is_token(trimmed_white_space(line))) {
      forms.add(line);
      forms.add_json(trimmed_white_space(line));
    }
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return forms.take();
}

}  // namespace trace::detail::secrets
