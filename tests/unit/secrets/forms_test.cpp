// SPDX-License-Identifier: Apache-2.0
// The forms of a secret: what the usual tools make of it.
#include <doctest/doctest.h>

#include <algorithm>

#include "secrets/matcher.hpp"
#include "secrets/secret_forms.hpp"
#include "text/encodings.hpp"

using namespace trace::detail::secrets;

namespace {

bool has_form(std::string_view secret, std::string_view form) {
  const auto forms = secret_forms(secret);
  return std::find(forms.begin(), forms.end(), with_symbols(form)) != forms.end();
}

}  // namespace

TEST_CASE("base64 as base64(1) writes it") {
  CHECK(trace::detail::text::base64("Man", trace::detail::text::Base64::standard) == "TWFu");
  CHECK(trace::detail::text::base64("Ma", trace::detail::text::Base64::standard) == "TWE");
  CHECK(trace::detail::text::base64("M", trace::detail::text::Base64::standard) == "TQ");
  CHECK(trace::detail::text::base64("\xFB\xFF", trace::detail::text::Base64::standard) == "+/8");
  CHECK(trace::detail::text::base64("\xFB\xFF", trace::detail::text::Base64::url_safe) == "-_8");
}

TEST_CASE("base64 of a secret at each alignment, between any other bytes") {
  const std::string_view secret = "correct horse battery?>";
  const Matcher matcher(secret_forms(secret));
  for (const trace::detail::text::Base64 alphabet :
       {trace::detail::text::Base64::standard, trace::detail::text::Base64::url_safe}) {
    for (std::size_t before = 0; before < 6; ++before) {
      for (std::size_t behind = 0; behind < 4; ++behind) {
        const std::string text = trace::detail::text::base64(
            std::string(before, '\xA5').append(secret).append(behind, '\x5A'), alphabet);
        const std::string redacted = matcher.redacted(text);
        CAPTURE(text);
        CAPTURE(redacted);
        CHECK(redacted.find("[REDACTED]") != std::string::npos);
        // The characters of the others are left, those too that the secret has a part in.
        CHECK(redacted.size() <= 10 + (before * 8 + 5) / 6 + (behind * 8 + 5) / 6 + 1);
      }
    }
  }
}

TEST_CASE("base64 broken into lines") {
  std::string secret;
  for (int i = 0; i < 200; ++i) secret += static_cast<char>('!' + i * 7 % 90);
  const Matcher matcher(secret_forms(secret));
  const std::string whole =
      trace::detail::text::base64(secret, trace::detail::text::Base64::standard);
  for (const std::size_t length : {64U, 76U}) {
    for (const std::string_view end : {"\n", "\r\n", "\n    "}) {
      std::string lines;
      for (std::size_t at = 0; at < whole.size(); at += length) {
        if (at > 0) lines += end;
        lines += whole.substr(at, length);
      }
      CHECK(matcher.redacted("<" + lines + ">").size() <= 14);
    }
  }
}

TEST_CASE("base64 and hexadecimal broken at any place") {
  for (const std::size_t size : {6U, 9U, 14U, 22U, 25U, 40U}) {
    std::string secret;
    while (secret.size() < size) secret += static_cast<char>('!' + secret.size() * 11 % 90);
    const Matcher matcher(secret_forms(secret));
    for (std::size_t before = 0; before < 120; ++before) {
      const std::string file = std::string(before, '\xA5') + secret + std::string(40, '\x5A');
      for (const std::string& whole :
           {trace::detail::text::base64(file, trace::detail::text::Base64::standard),
            trace::detail::text::hexadecimal(file, trace::detail::text::HexDigits::upper)}) {
        const bool is_hex = whole.size() == 2 * file.size();
        const std::size_t begin = is_hex ? 2 * before : (before * 8 + 5) / 6;
        const std::size_t end = is_hex ? begin + 2 * size : (before + size) * 8 / 6;
        for (const std::string_view line_end : {"\n", "\r\n", "\\n"}) {
          std::string lines;
          for (std::size_t at = 0; at < whole.size(); at += 76) {
            lines.append(at == 0 ? "" : line_end).append(whole, at, 76);
          }
          std::string left = matcher.redacted(lines);
          for (std::size_t at; (at = left.find(line_end)) != std::string::npos;) {
            left.erase(at, line_end.size());
          }
          CAPTURE(lines);
          CAPTURE(left);
          bool has_part = false;
          for (std::size_t at = begin; at + 6 <= end; ++at) {
            has_part = has_part || left.find(whole.substr(at, 6)) != std::string::npos;
          }
          REQUIRE_FALSE(has_part);
        }
      }
    }
  }
}

TEST_CASE("the forms that tools write") {
  // A secret with something to escape for everybody.
  const std::string_view secret = "p@ss/w\"rd+\xC3\xA9 <b>&c\\'";
  CHECK(has_form(secret, secret));
  CHECK(has_form(secret, "704073732f772272642bc3a9203c623e26635c27"));
  CHECK(has_form(secret, "704073732F772272642BC3A9203C623E26635C27"));
  CHECK(has_form(secret, "p%40ss%2Fw%22rd%2B%C3%A9%20%3Cb%3E%26c%5C%27"));  // Python quote, safe=''
  CHECK(has_form(secret, "p%40ss%2fw%22rd%2b%c3%a9%20%3cb%3e%26c%5c%27"));
  CHECK(has_form(secret, "p%40ss%2Fw%22rd%2B%C3%A9+%3Cb%3E%26c%5C%27"));  // urlencode
  CHECK(has_form(secret, "p%40ss%2Fw%22rd%2B%C3%A9%20%3Cb%3E%26c%5C'"));  // encodeURIComponent
  CHECK(has_form(secret, "p%40ss/w%22rd%2B%C3%A9%20%3Cb%3E%26c%5C%27"));  // Python quote
  CHECK(has_form(secret, "p@ss/w%22rd+%C3%A9%20%3Cb%3E&c%5C'"));          // only what must be
  CHECK(has_form(secret, "p@ss/w\\\"rd+\xC3\xA9 <b>&c\\\\'"));            // our own JSON
  CHECK(has_form(secret, "p@ss\\/w\\\"rd+\\u00e9 <b>&c\\\\'"));           // PHP
  CHECK(has_form(secret, "p@ss/w\\\"rd+\\u00e9 <b>&c\\\\'"));             // Python
  CHECK(has_form(secret, "p@ss/w\\\"rd+\xC3\xA9 \\u003cb\\u003e\\u0026c\\\\'"));  // Go
  CHECK(has_form(secret, "p@ss/w\\u0022rd\\u002B\\u00E9 \\u003Cb\\u003E\\u0026c\\\\\\u0027"));
}

TEST_CASE("encodeURI leaves what divides a URI") {
  CHECK(has_form("a#b?c d;e", "a#b?c%20d;e"));
  CHECK(has_form("a#b?c d;e", "a%23b%3Fc%20d;e"));
}

TEST_CASE("JSON within a string of JSON") {
  const std::string_view secret = "p/w\"rd\\<\xC3\xA9";
  CHECK(has_form(secret, "p/w\\\\\\\"rd\\\\\\\\<\xC3\xA9"));
  CHECK(has_form(secret, "p/w\\\\\\\"rd\\\\\\\\<\\\\u00e9"));        // Python
  CHECK(has_form(secret, "p\\\\\\/w\\\\\\\"rd\\\\\\\\<\\\\u00e9"));  // PHP
}

TEST_CASE("characters beyond the first plane are pairs in JSON") {
  CHECK(trace::detail::text::json_escaped("\xF0\x9F\x94\x91", {.escapes_non_ascii = true}) ==
        "\\ud83d\\udd11");
  CHECK(trace::detail::text::json_escaped(
            "\xE2\x82\xAC", {.escapes_non_ascii = true,
                             .digits = trace::detail::text::HexDigits::upper}) == "\\u20AC");
}

TEST_CASE("forms are sorted, each once, and none is short") {
  for (const std::string_view secret : {"abcdef", "a\nb\nc\nd", "\"\"\"\"\"\"", "ab cdefgh"}) {
    const auto forms = secret_forms(secret);
    CHECK_FALSE(forms.empty());
    CHECK(std::is_sorted(forms.begin(), forms.end()));
    CHECK(std::adjacent_find(forms.begin(), forms.end()) == forms.end());
    for (const std::string& form : forms) {
      CHECK(form.size() >= shortest_secret);
      CHECK(with_gaps(form) == form);
    }
  }
  CHECK(secret_forms("a  \n  b").empty());
}

TEST_CASE("the lines of a key are secrets, its banner is not") {
  const std::string key =
      "-----BEGIN PRIVATE "
      "KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n"
      "short==\n-----END PRIVATE KEY-----\n";
  const Matcher matcher(secret_forms(key));
  CHECK(matcher.redacted(key) == "[REDACTED]\n");
  CHECK(matcher.redacted("key: MIIEvQIBADANBgkqhkiG9w0BAQEFAASC") == "key: [REDACTED]");
  CHECK(matcher.redacted("short==") == "short==");
  CHECK(matcher.redacted("-----BEGIN PRIVATE KEY-----") == "-----BEGIN PRIVATE KEY-----");
  // A line with spaces is text.
  CHECK_FALSE(Matcher(secret_forms("{\n\"type\": \"service_account\",\n\"key\": \"1234567\"}"))
                  .contains("\"type\": \"service_account\","));
}
