// SPDX-License-Identifier: Apache-2.0
#include "text/utf8.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using trace::detail::text::append_valid_utf8;
using trace::detail::text::is_valid_utf8;
using trace::detail::text::trimmed_utf8;
using trace::detail::text::utf8_tail;

std::string repaired(std::string_view text) {
  std::string out;
  append_valid_utf8(out, text);
  return out;
}

struct Repair {
  const char* what;
  std::string_view bytes;
  std::string_view expected;  // "?" means one U+FFFD
};

constexpr Repair repairs[] = {
    {"ASCII", "abc", "abc"},
    {"two bytes", "\xC3\xA9", "\xC3\xA9"},
    {"three bytes", "\xE6\xBC\xA2", "\xE6\xBC\xA2"},
    {"four bytes", "\xF0\x9F\x9A\x80", "\xF0\x9F\x9A\x80"},
    {"last code point", "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},
    {"before the surrogates", "\xED\x9F\xBF", "\xED\x9F\xBF"},
    {"after the surrogates", "\xEE\x80\x80", "\xEE\x80\x80"},
    {"continuation alone", "\x80", "?"},
    {"two continuations", "\x80\xBF", "??"},
    {"impossible bytes", "\xFE\xFF", "??"},
    {"C0 and C1 lead nothing", "\xC0\xAF\xC1\xBF", "????"},
    {"overlong of three", "\xE0\x80\xAF", "???"},
    {"overlong of four", "\xF0\x80\x80\xAF", "????"},
    {"beyond the last code point", "\xF4\x90\x80\x80", "????"},
    {"F5", "\xF5\x80\x80\x80", "????"},
    {"cut after one of two", "\xC3", "?"},
    {"cut after two of three is one", "\xE6\xBC", "?"},
    {"cut after three of four is one", "\xF0\x9F\x9A", "?"},
    {"cut, then a letter", "\xE6\xBCz", "?z"},
    {"cut, then a good one", "\xF0\x9F\x9A\xC3\xA9", "?\xC3\xA9"},
    {"surrogate", "\xED\xA0\x80", "?"},
    {"surrogate pair is two", "\xED\xA0\xBD\xED\xBA\x80", "??"},
    {"half a surrogate", "\xED\xA0", "??"},
    {"latin-1",
     "gr\xF6\xDF"
     "e",
     "gr??e"},
};

std::string with_replacements(std::string_view expected) {
  std::string out;
  for (const char c : expected) {
    if (c == '?') {
      out += trace::detail::text::replacement_character;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

TEST_CASE("invalid UTF-8 is replaced sequence by sequence") {
  for (const Repair& repair : repairs) {
    CAPTURE(repair.what);
    const std::string expected = with_replacements(repair.expected);
    CHECK(repaired(repair.bytes) == expected);
    CHECK(is_valid_utf8(expected));
    CHECK(is_valid_utf8(repair.bytes) == (repair.bytes == expected));
    // The same between other text.
    CHECK(repaired("a" + std::string(repair.bytes) + "b") == "a" + expected + "b");
  }
}

TEST_CASE("every sequence of up to three bytes is judged as simdjson judges it") {
  std::string bytes(3, '\0');
  int disagreements = 0;
  for (unsigned first = 0x70; first < 0x100; ++first) {
    for (unsigned second = 0x70; second < 0x100; ++second) {
      for (const unsigned third : {0x41U, 0x7FU, 0x80U, 0x8FU, 0x9FU, 0xA0U, 0xBFU, 0xC0U, 0xFFU}) {
        bytes[0] = static_cast<char>(first);
        bytes[1] = static_cast<char>(second);
        bytes[2] = static_cast<char>(third);
        bool all_valid = true;
        for (std::string_view rest = bytes; !rest.empty();) {
          const auto sequence = trace::detail::text::first_utf8_sequence(rest);
          all_valid = all_valid && sequence.valid;
          rest.remove_prefix(sequence.bytes);
        }
        if (all_valid != is_valid_utf8(bytes) || !is_valid_utf8(repaired(bytes))) ++disagreements;
      }
    }
  }
  CHECK(disagreements == 0);
}

TEST_CASE("text is trimmed at a character") {
  CHECK(trimmed_utf8("abc", 3) == "abc");
  CHECK(trimmed_utf8("abc", 2) == "ab");
  CHECK(trimmed_utf8("abc", 0).empty());
  CHECK(trimmed_utf8("", 0).empty());

  const std::string_view rocket = "a\xF0\x9F\x9A\x80";
  CHECK(trimmed_utf8(rocket, 5) == rocket);
  for (std::size_t most = 1; most < 5; ++most) CHECK(trimmed_utf8(rocket, most) == "a");

  const std::string_view two = "\xC3\xA9\xC3\xA9";
  CHECK(trimmed_utf8(two, 3) == "\xC3\xA9");
  CHECK(trimmed_utf8(two, 2) == "\xC3\xA9");
  CHECK(trimmed_utf8(two, 1).empty());
}

TEST_CASE("the end of a text begins at a character") {
  CHECK(utf8_tail("abc", 3) == "abc");
  CHECK(utf8_tail("abc", 2) == "bc");
  CHECK(utf8_tail("abc", 0).empty());
  const std::string_view rocket = "\xF0\x9F\x9A\x80z";
  CHECK(utf8_tail(rocket, 5) == rocket);
  for (std::size_t most = 1; most < 5; ++most) CHECK(utf8_tail(rocket, most) == "z");
  CHECK(utf8_tail(std::string(10, '\x80'), 7) == std::string(4, '\x80'));
}

TEST_CASE("trimming leaves invalid text to the repair, and keeps to the limit") {
  const std::string strays(10, '\x80');
  CHECK(trimmed_utf8(strays, 7) == std::string(7, '\x80'));
  CHECK(trimmed_utf8("a\x80\x80\x80\x80", 4).size() <= 4);
  CHECK(trimmed_utf8("\xC3\xA9\x80\x80", 3).starts_with("\xC3\xA9"));
}
