#include "redact/secret_forms.hpp"

#include <algorithm>

#include "redact/text_encodings.hpp"
#include "redact/whitespace.hpp"

namespace trace::detail {
namespace {

// What base64 and openssl break their output at.
constexpr std::size_t base64_line_lengths[] = {76, 64};

// A line of a value that is looked for by itself.
constexpr std::size_t shortest_line = 16;

std::string_view trimmed_white_space(std::string_view text) {
  while (!text.empty() && is_white_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_white_space(text.back())) text.remove_suffix(1);
  return text;
}

class Forms {
 public:
  explicit Forms(std::size_t shortest) : shortest_(shortest) {}

  void add(std::string_view form) {
    std::string text = with_gaps(form);
    if (text.size() >= shortest_) forms_.push_back(std::move(text));
  }

  void add_encodings(std::string_view value) {
    add(value);
    add_base64(value);
    for (const HexDigits digits : {HexDigits::lower, HexDigits::upper}) {
      add(hexadecimal(value, digits));
      for (const UrlStyle style : {UrlStyle::component, UrlStyle::form, UrlStyle::lenient,
                                   UrlStyle::slashes, UrlStyle::path, UrlStyle::whole}) {
        add(url_encoded(value, style, digits));
      }
    }
    add_json(value);
  }

  void add_json(std::string_view value) {
    constexpr HexDigits lower = HexDigits::lower;
    constexpr HexDigits upper = HexDigits::upper;
    for (const JsonStyle& style : {JsonStyle{},
                                   {.escapes_slash = true},
                                   {.escapes_non_ascii = true, .digits = lower},
                                   {.escapes_non_ascii = true, .digits = upper},
                                   {.escapes_slash = true, .escapes_non_ascii = true},
                                   {.escapes_html = true},
                                   {.escapes_non_ascii = true,
                                   .escapes_html = true,
                                   .escapes_quotes = true,
                                   .digits = upper},
                                   {.escapes_controls = true, .digits = lower},
                                   {.escapes_controls = true, .digits = upper}}) {
      const std::string once = json_escaped(value, style);
      add(once);
      // A document within a string of another, as logs have it: written by the same writer twice,
      // or the second time by one that escapes no more than it must (ours).
      add(json_escaped(once, style));
      add(json_escaped(once, {}));
    }
  }

  std::vector<std::string> take() {
    std::sort(forms_.begin(), forms_.end());
    forms_.erase(std::unique(forms_.begin(), forms_.end()), forms_.end());
    return std::move(forms_);
  }

 private:
  void add_base64(std::string_view value) {
    for (const Base64 alphabet : {Base64::standard, Base64::url_safe}) {
      for (const std::size_t before : {0U, 1U, 2U}) add(base64_inside(value, before, alphabet));
    }
    const std::string whole = base64_inside(value, 0, Base64::standard);
    for (const std::size_t length : base64_line_lengths) {
      if (whole.size() <= length) continue;
      std::string lines;
      for (std::size_t at = 0; at < whole.size(); at += length) {
        lines.append(whole, at, length) += gap;
      }
      add(lines);
    }
  }

  const std::size_t shortest_;
  std::vector<std::string> forms_;
};

// Lines that say nothing by themselves, such as the first of a PEM block or {"type": "account",
// must not be taken away wherever they stand.
bool is_token(std::string_view line) {
  return line.size() >= shortest_line && !line.starts_with("-----") &&
         std::all_of(line.begin(), line.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("+/=-_.").find(c) != std::string_view::npos;
         });
}

// The value with other line ends: what is encoded shows which it had.
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
  forms.add_encodings(with_line_ends(value, "\r\n"));
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

}  // namespace trace::detail
