// SPDX-License-Identifier: Apache-2.0
// No secret escapes the search for candidates, wherever it is in a text: all forms of secrets at
// all places of texts of all sizes up to several blocks, and what remains of them after a change.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>

#include "secrets/matcher.hpp"
#include "secrets/secret_forms.hpp"
#include "unit/secrets/each_look.hpp"
#include "unit/secrets/oracle.hpp"

using namespace trace::detail::secrets;
using namespace trace::testing;

namespace {

constexpr std::size_t longest_text = 200;  // more than three blocks

class Random {
 public:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(generator_() % n); }
  std::string of(std::string_view characters, std::size_t size) {
    std::string text;
    while (text.size() < size) text += characters[below(characters.size())];
    return text;
  }

 private:
  std::mt19937 generator_{20'261'130};
};

constexpr std::string_view fillers[] = {
    " ",    "x",    "ab, cd ef\tgh ij", "0123456789abcdefABCDEF", "a b\nc d\n", "\\n \\",
    "é€ü ", "=\r\n"};

std::vector<std::string> secrets_of_one_set(Random& random) {
  constexpr std::string_view letters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  std::vector<std::string> values;
  for (std::size_t count = 1 + random.below(3); count > 0; --count) {
    switch (random.below(4)) {
      case 0:
        values.push_back(random.of(letters, 6 + random.below(50)));
        break;
      case 1:
        values.push_back(random.of("abcXYZ019+/=_-.\"\\<é€&", 10 + random.below(30)));
        break;
      case 2:
        values.push_back(random.of(letters, 8) + " " + random.of(letters, 8 + random.below(20)));
        break;
      default:
        values.push_back(random.of(letters, 20) + "\n" + random.of(letters, 20));
        break;
    }
  }
  return values;
}

std::vector<std::string> forms_of(const std::vector<std::string>& values) {
  std::set<std::string> forms;
  for (const std::string& value : values) {
    for (std::string& form : secret_forms(value)) forms.insert(std::move(form));
  }
  return {forms.begin(), forms.end()};
}

}  // namespace

TEST_CASE("every form of a secret is found at every place of texts of every size") {
  with_each_look([] {
    Random random;
    std::uint64_t places = 0;
    for (int set = 0; set < 6; ++set) {
      const std::vector<std::string> forms = forms_of(secrets_of_one_set(random));
      const Matcher matcher(forms);
      for (const std::string& form : forms) {
        const std::string_view before = fillers[random.below(std::size(fillers))];
        const std::string_view after = fillers[random.below(std::size(fillers))];
        for (std::size_t at = 0; at + form.size() <= longest_text; ++at) {
          const std::size_t rest = longest_text - at - form.size();
          const std::size_t most = random.below(2) == 0 ? std::min<std::size_t>(rest, 8) : rest;
          const std::size_t size = at + form.size() + random.below(most + 1);
          std::string text = random.of(before, at) + form;
          text += random.of(after, size - text.size());
          CAPTURE(form);
          CAPTURE(text);
          REQUIRE(matcher.contains(text));
          REQUIRE(matcher.redacted(text) != text);
          ++places;
        }
      }
    }
    CHECK(places > 10'000);
  });
}

TEST_CASE("whole, changed and wrapped forms: the search agrees with the oracle") {
  with_each_look([] {
    Random random;
    std::size_t found = 0;
    std::size_t absent = 0;
    for (int set = 0; set < 300; ++set) {
      const std::vector<std::string> forms = forms_of(secrets_of_one_set(random));
      const Matcher matcher(forms);
      for (int round = 0; round < 40; ++round) {
        std::string form = forms[random.below(forms.size())];
        switch (random.below(4)) {
          case 0:
            form[random.below(form.size())] = random.of("a \n~é", 1)[0];
            break;
          case 1:
            form.erase(random.below(form.size()), 1);
            break;
          case 2:
            form.insert(random.below(form.size()), random.below(2) == 0 ? "\n" : "\\r\\n    ");
            break;
          default:
            break;
        }
        const std::size_t most = random.below(2) == 0 ? 140 : 20;
        const std::string text =
            random.of(fillers[random.below(std::size(fillers))], random.below(most)) + form +
            random.of(fillers[random.below(std::size(fillers))], random.below(most));
        const bool expected = redacted_by_oracle(forms, text) != text;
        CAPTURE(text);
        REQUIRE(matcher.contains(text) == expected);
        ++(expected ? found : absent);
      }
    }
    CHECK(found > 1'000);
    CHECK(absent > 1'000);
  });
}
