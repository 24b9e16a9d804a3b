// SPDX-License-Identifier: Apache-2.0
// Names of variables that hold secrets.
#include <trace/redaction.hpp>

#include <algorithm>
#include <array>

namespace trace {
namespace {

// Longer names are not secret names.
constexpr std::size_t longest_name = 256;

// Endings of names, also without a preceding '_': PGPASSWORD. An S may follow.
constexpr std::array<std::string_view, 10> endings{
    "PASSWORD", "PASSWD",     "PASSPHRASE", "SECRET",    "TOKEN",
    "APIKEY",   "PRIVATEKEY", "ACCESSKEY",  "SECRETKEY", "CREDENTIAL"};

// Last words of names. An S may follow.
constexpr std::array<std::string_view, 3> last_words{"KEY", "PASS", "CONNECTION_STRING"};

// Preceding words that make a name harmless: a PUBLIC_KEY, a number of tokens.
constexpr std::array<std::string_view, 10> harmless{
    "PUBLIC", "MAX", "MIN", "NUM", "LIMIT", "COUNT", "PRIMARY", "FOREIGN", "PARTITION", "SORT"};

char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

// Whether `name` ends with `word` as a word of its own.
bool ends_with_word(std::string_view name, std::string_view word) noexcept {
  return name.ends_with(word) &&
         (name.size() == word.size() || name[name.size() - word.size() - 1] == '_');
}

}  // namespace

bool is_secret_name(std::string_view given) noexcept {
  if (given.size() > longest_name) return false;
  std::array<char, longest_name> folded{};
  std::transform(given.begin(), given.end(), folded.begin(),
                 [](char c) { return c == '-' || c == '.' ? '_' : upper(c); });
  std::string_view name(folded.data(), given.size());
  if (name.ends_with('S')) {
    const std::string_view one = name.substr(0, name.size() - 1);
    if (!one.ends_with("PAS")) name = one;  // not the one of PASS
  }
  const auto ending = std::find_if(endings.begin(), endings.end(),
                                   [&](std::string_view each) { return name.ends_with(each); });
  const auto word = std::find_if(last_words.begin(), last_words.end(),
                                 [&](std::string_view each) { return ends_with_word(name, each); });
  if (ending == endings.end() && word == last_words.end()) return false;
  name.remove_suffix(ending != endings.end() ? ending->size() : word->size());
  if (!name.ends_with('_')) return true;
  name.remove_suffix(1);
  return std::none_of(harmless.begin(), harmless.end(),
                      [&](std::string_view each) { return ends_with_word(name, each); });
}

}  // namespace trace
