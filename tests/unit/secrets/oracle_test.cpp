// SPDX-License-Identifier: Apache-2.0
// Redaction beside the oracle: all sets of short secrets over a small alphabet, all texts, all ways
// of splitting them; and random secrets in random encodings.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>

#include "secrets/matcher.hpp"
#include "secrets/secret_forms.hpp"
#include "secrets/text_redactor.hpp"
#include "text/encodings.hpp"
#include "unit/secrets/each_look.hpp"
#include "unit/secrets/oracle.hpp"

using namespace trace;
using namespace trace::detail::secrets;
using namespace trace::testing;

namespace {

#ifdef SHIPTRACE_WITHOUT_EXHAUSTIVE
constexpr bool without_exhaustive = true;
#else
constexpr bool without_exhaustive = false;
#endif

std::vector<std::string> texts_over(std::string_view alphabet, std::size_t longest) {
  std::vector<std::string> texts{""};
  for (std::size_t begin = 0, length = 1; length <= longest; ++length) {
    const std::size_t end = texts.size();
    for (; begin < end; ++begin) {
      for (const char c : alphabet) texts.push_back(texts[begin] + c);
    }
  }
  return texts;
}

// A text that is redacted while it comes in pieces.
class InPieces {
 public:
  InPieces(const Matcher& matcher, std::string_view text) : matcher_(matcher), text_(text) {}

  // One piece, up to here.
  void read_to(std::size_t end) {
    const Pieces pieces{text_.substr(kept_, read_ - kept_), text_.substr(read_, end - read_),
                        before_};
    redactor_.read(matcher_, pieces, sink_);
    const std::size_t settled = redactor_.under_way(matcher_, pieces);
    before_ = redactor_.forget(pieces, settled);
    kept_ += settled;
    read_ = end;
  }
  const std::string& finish() {
    redactor_.finish({text_.substr(kept_), {}, before_}, sink_);
    return sink_.out;
  }

  // Calls with what comes out of each way to split the rest.
  template <class Call>
  void for_each_split(Call&& call) const {
    for (std::size_t end = read_ + 1; end < text_.size(); ++end) {
      InPieces next = *this;
      next.read_to(end);
      next.for_each_split(call);
    }
    InPieces whole = *this;
    whole.read_to(text_.size());
    call(whole.finish());
  }

 private:
  struct Sink {
    std::string out;
    void operator()(std::string_view piece) { out += piece; }
  };

  const Matcher& matcher_;
  std::string_view text_;
  TextRedactor redactor_;
  TextBefore before_;
  std::size_t kept_ = 0;
  std::size_t read_ = 0;
  Sink sink_;
};

// ends_behind(n): a write ends after byte n.
template <class EndsBehind>
std::string in_pieces(const Matcher& matcher, std::string_view text, EndsBehind&& ends_behind) {
  InPieces pieces(matcher, text);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at + 1 == text.size() || ends_behind(at)) pieces.read_to(at + 1);
  }
  return pieces.finish();
}

struct Tally {
  std::uint64_t sets = 0;    // of secrets
  std::uint64_t texts = 0;   // with each set
  std::uint64_t splits = 0;  // of each text, without the whole
  std::uint64_t compared = 0;
  std::uint64_t different = 0;
  std::uint64_t leaks = 0;  // outputs in which a secret is left
  std::string first;
};

// In what is left beside the replacements, whose own letters may be a form.
bool leaks(const std::vector<std::string>& forms, std::string_view out) {
  while (true) {
    const std::size_t end = std::min(out.find(replacement), out.size());
    for (const std::string& form : forms) {
      if (occurs(form, out.substr(0, end))) return true;
    }
    if (end == out.size()) return false;
    out.remove_prefix(end + replacement.size());
  }
}

void compare_this_way(const std::vector<std::string>& forms, const std::vector<std::string>& texts,
                      Tally& tally) {
  const Matcher matcher(forms);
  ++tally.sets;
  for (const std::string& text : texts) {
    const std::string expected = redacted_by_oracle(forms, text);
    const bool oracle_leaks = leaks(forms, expected);
    ++tally.texts;
    const auto check = [&](bool same, std::string_view how) {
      ++tally.compared;
      if (same || tally.different++ > 0) return;
      for (const std::string& form : forms) tally.first += "<" + form + "> ";
      tally.first.append("in <" + text + ">: ").append(how);
    };
    const auto check_output = [&](const std::string& out, std::string_view how) {
      const bool same = out == expected;
      if (same ? oracle_leaks : leaks(forms, out)) ++tally.leaks;
      check(same, how);
    };
    check_output(matcher.redacted(text), "whole");
    check(matcher.contains(text) == (expected != text), "contains");
    check(matcher.redacted_size(text) == expected.size(), "size");
    InPieces(matcher, text).for_each_split([&](const std::string& out) {
      check_output(out, "in pieces");
      ++tally.splits;
    });
  }
}

void compare(const std::vector<std::string>& forms, const std::vector<std::string>& texts,
             Tally& tally) {
  with_each_look([&] { compare_this_way(forms, texts, tally); });
}

void require_no_difference(const Tally& tally) {
  fmt::print(
      "FIGURES: redaction oracle, {}: {} sets of secrets, {} pairs of set and text, {} splits, "
      "{} comparisons, {} differences, {} leaks\n",
      doctest::getContextOptions()->currentTest->m_name, tally.sets, tally.texts, tally.splits,
      tally.compared, tally.different, tally.leaks);
  CHECK(tally.splits > 0);
  CHECK(tally.leaks == 0);
  CHECK_MESSAGE(tally.different == 0, tally.different, " of ", tally.compared, ": ", tally.first);
}

bool is_form(const std::string& text) {
  return !text.empty() && text.front() != ' ' && text.back() != ' ' &&
         text.find("  ") == std::string::npos;
}

std::vector<std::string> forms_over(std::string_view alphabet, std::size_t longest) {
  std::vector<std::string> forms = texts_over(alphabet, longest);
  std::erase_if(forms, [](const std::string& each) { return !is_form(each); });
  std::sort(forms.begin(), forms.end());
  return forms;
}

// Calls with each set of at most `most` of the forms.
template <class Call>
void for_each_set(const std::vector<std::string>& forms, std::size_t most, Call&& call) {
  std::vector<std::string> set;
  const auto extend = [&](const auto& self, std::size_t from) -> void {
    for (std::size_t i = from; i < forms.size(); ++i) {
      set.push_back(forms[i]);
      call(set);
      if (set.size() < most) self(self, i + 1);
      set.pop_back();
    }
  };
  extend(extend, 0);
}

}  // namespace

TEST_CASE("every set of up to three secrets of up to three bytes, every text, every split" *
          doctest::skip(without_exhaustive)) {
  const auto texts = texts_over("ab", 7);
  Tally tally;
  for_each_set(forms_over("ab", 3), 3,
               [&](const std::vector<std::string>& set) { compare(set, texts, tally); });
  require_no_difference(tally);
}

TEST_CASE("every pair of secrets of up to four bytes, every text of up to seven, every split" *
          doctest::skip(without_exhaustive)) {
  const auto texts = texts_over("ab", 7);
  Tally tally;
  for_each_set(forms_over("ab", 4), 2,
               [&](const std::vector<std::string>& set) { compare(set, texts, tally); });
  require_no_difference(tally);
}

TEST_CASE("every secret of up to five bytes, every text of up to nine, every split" *
          doctest::skip(without_exhaustive)) {
  const auto texts = texts_over("ab", 9);
  Tally tally;
  for_each_set(forms_over("ab", 5), 1,
               [&](const std::vector<std::string>& set) { compare(set, texts, tally); });
  require_no_difference(tally);
}

TEST_CASE("three secrets, every text of up to eleven bytes, every split" *
          doctest::skip(without_exhaustive)) {
  const auto texts = texts_over("ab", 11);
  Tally tally;
  for (const std::string_view secret : {"aab", "aba", "abb"}) {
    compare({std::string(secret)}, texts, tally);
  }
  require_no_difference(tally);
}

TEST_CASE("every pair of secrets with gaps, every text with white space, every split" *
          doctest::skip(without_exhaustive)) {
  const auto texts = texts_over("ab\n", 6);
  Tally tally;
  for_each_set(forms_over("ab ", 3), 2,
               [&](const std::vector<std::string>& set) { compare(set, texts, tally); });
  require_no_difference(tally);
}

TEST_CASE("white space of any kind and of any length up to the longest gap") {
  const std::vector<std::string> forms{"a b", "b c d"};
  const Matcher matcher(forms);
  for (const std::size_t run : {1U, 2U, 127U, 128U, 129U, 300U}) {
    for (const std::string_view end : {"b", "b\tc \r\n d", "c", "b c  e"}) {
      const std::string text = std::string("xa").append(run, run % 2 == 0 ? '\n' : ' ').append(end);
      const std::string expected = redacted_by_oracle(forms, text);
      CAPTURE(run);
      CAPTURE(end);
      CHECK(matcher.redacted(text) == expected);
      for (const std::size_t piece : {1U, 2U, 3U, 64U, 129U}) {
        CHECK(in_pieces(matcher, text, [&](std::size_t at) { return at % piece == 0; }) ==
              expected);
      }
    }
  }
}

// As base64(1), mail and writers of JSON break long lines.
std::string wrapped(std::string_view text, std::size_t width, std::string_view line_end) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += width) {
    out.append(at == 0 ? "" : line_end).append(text.substr(at, width));
  }
  return out;
}

constexpr std::string_view line_ends[] = {"\n",     "\r\n",     "\\n", "\\r\\n", "\\\\n",
                                          "\n    ", "\n\n  \t", "=\n", "=\r\n",  "=\n=\n",
                                          "\r",     "\\x",      "\\",  "= \n"};

void check_random_secrets() {
  std::mt19937 random(20'251'013);
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  const std::string_view alphabet = "abcXYZ019+/=_-. \"\\\n<é€&";
  const auto some_text = [&](std::size_t most) {
    std::string text;
    for (std::size_t left = below(most); left > 0; --left) text += alphabet[below(alphabet.size())];
    return text;
  };
  for (int round = 0; round < 600; ++round) {
    std::set<std::string> all_forms;
    std::vector<std::string> values;
    auto secrets = std::make_shared<Secrets>();
    for (std::size_t count = 1 + below(4); count > 0; --count) {
      values.push_back("q" + some_text(40) + "secret");
      secrets->add(values.back());
      for (std::string& form : secret_forms(values.back())) all_forms.insert(std::move(form));
    }
    const std::vector<std::string> forms(all_forms.begin(), all_forms.end());
    std::string text;
    for (std::size_t count = below(12); count > 0; --count) {
      const std::string& value = values[below(values.size())];
      const std::string noise = some_text(20);
      const std::size_t width = 12 + below(70);
      const std::string_view line_end = line_ends[below(std::size(line_ends))];
      switch (below(10)) {
        case 0:
          text += noise + value;
          break;
        case 1:
          text +=
              detail::text::base64(noise + value + some_text(5), detail::text::Base64::standard);
          break;
        case 2:
          text += detail::text::url_encoded(noise + value, detail::text::UrlStyle::form,
                                            detail::text::HexDigits::upper);
          break;
        case 3:
          text += detail::text::hexadecimal(value + noise, detail::text::HexDigits::lower);
          break;
        case 4:
          text += detail::text::json_escaped(noise + value, {.escapes_slash = true});
          break;
        case 5:
          text += value.substr(0, below(value.size()));
          break;
        case 6:
          text += wrapped(
              detail::text::base64(noise + value + some_text(40), detail::text::Base64::standard),
              width, line_end);
          break;
        case 7:
          text += wrapped(detail::text::hexadecimal(noise + value, detail::text::HexDigits::upper),
                          width, line_end);
          break;
        case 8:
          text += wrapped(forms[below(forms.size())], width, line_end);
          break;
        default:
          text += forms[below(forms.size())];
          break;
      }
    }
    const std::string expected = redacted_by_oracle(forms, text);
    REQUIRE(secrets->shared_matcher()->redacted(text) == expected);
    StreamRedactor stream(secrets);
    std::string out;
    const auto sink = [&](std::string_view piece) { out += piece; };
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t size = 1 + below(std::min<std::size_t>(rest.size(), 1 + below(80)));
      stream.write(rest.substr(0, size), sink);
      REQUIRE(stream.kept() <= secrets->longest_kept());
      rest.remove_prefix(size);
    }
    stream.finish(sink);
    REQUIRE(out == expected);
    REQUIRE_MESSAGE(!leaks(forms, out), out);
  }
}

TEST_CASE("line breaks of several parts, up to the longest and beyond it") {
  with_each_look([] {
    const std::vector<std::string> forms{"qwertyuiopasdfghjklzxcvb"};
    const Matcher matcher(forms);
    for (const std::string_view part :
         {"=\n", "=\r\n", "= \n", "\n=\n", "\n ", "\\n", "\\n=\n", "=\n\\n", "\\\\n "}) {
      for (std::size_t count = 1; count <= 34; ++count) {
        for (const std::size_t before : {3U, 5U, 16U, 20U}) {
          std::string text = "0123456789abcdef" + forms[0].substr(0, before);
          for (std::size_t i = 0; i < count; ++i) text += part;
          text += forms[0].substr(before) + ".";
          const std::string expected = redacted_by_oracle(forms, text);
          CAPTURE(text);
          REQUIRE(matcher.redacted(text) == expected);
          REQUIRE(matcher.contains(text) == (expected != text));
          for (const std::size_t piece : {1U, 2U, 7U}) {
            REQUIRE(in_pieces(matcher, text, [&](std::size_t at) { return at % piece == 0; }) ==
                    expected);
          }
        }
      }
    }
  });
}

TEST_CASE("random secrets in random encodings, split at random") {
  with_each_look(check_random_secrets);
}

TEST_CASE("texts of many blocks, with and without what secrets begin with") {
  with_each_look([] {
    std::mt19937 random(7);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    const auto word = [&](std::string_view characters, std::size_t size) {
      std::string text;
      while (text.size() < size) text += characters[below(characters.size())];
      return text;
    };
    for (int round = 0; round < 300; ++round) {
      std::set<std::string> forms;
      const std::size_t shortest = 1 + below(40);
      for (std::size_t count = 1 + below(20); count > 0; --count) {
        std::string form = word("abc\xE9", shortest + below(8));
        if (below(3) == 0) form += " " + word("bcd", 1 + below(4));
        forms.insert(form);
      }
      std::vector<std::string> all(forms.begin(), forms.end());
      std::string text;
      for (std::size_t count = below(12); count > 0; --count) {
        const std::string& form = all[below(all.size())];
        switch (below(4)) {
          case 0:
            text += form;
            break;
          case 1:
            text += form.substr(0, below(form.size() + 1));
            break;
          case 2:
            text += word("abc\xE9", below(90));
            break;
          default:
            text += word("abcd ~\n", below(90));
            break;
        }
      }
      const Matcher matcher(all);
      const std::string expected = redacted_by_oracle(all, text);
      REQUIRE(matcher.redacted(text) == expected);
      REQUIRE(matcher.contains(text) == (expected != text));
      for (int splits = 0; splits < 4; ++splits) {
        const std::size_t mean = 1 + below(100);
        REQUIRE(in_pieces(matcher, text, [&](std::size_t) { return below(mean) == 0; }) ==
                expected);
      }
    }
  });
}
