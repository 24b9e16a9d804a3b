// SPDX-License-Identifier: Apache-2.0
#include "secrets/frequent_words.hpp"

#include <algorithm>
#include <array>

namespace trace::detail::secrets {
namespace {

// Lower case, sorted.
constexpr std::array<std::string_view, 72> words{
    "000000",      "111111",        "123123",      "123456",      "1234567",      "12345678",
    "123456789",   "1234567890",    "654321",      "abc123",      "access",       "account",
    "admin123",    "administrator", "anonymous",   "api_key",     "apikey",       "bearer",
    "changeit",    "changeme",      "config",      "database",    "default",      "deploy",
    "development", "disabled",      "docker",      "enabled",     "example",      "foobar",
    "github",      "hunter2",       "iloveyou",    "letmein",     "localhost",    "master",
    "monkey",      "mysecret",      "nobody",      "nothing",     "passphrase",   "passw0rd",
    "password",    "password1",     "password123", "placeholder", "postgres",     "private",
    "production",  "public",        "qwerty",      "qwerty123",   "release",      "sample",
    "secret",      "secret123",     "secrets",     "security",    "server",       "service",
    "staging",     "string",        "system",      "testing",     "testpassword", "token123",
    "undefined",   "unknown",       "user123",     "username",    "welcome",      "welcome1",
};
static_assert(std::is_sorted(words.begin(), words.end()));

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

bool is_frequent_word(std::string_view value) noexcept {
  constexpr std::size_t longest = 16;
  if (value.size() > longest) return false;
  std::array<char, longest> folded{};
  std::transform(value.begin(), value.end(), folded.begin(), lower);
  return std::binary_search(words.begin(), words.end(),
                            std::string_view(folded.data(), value.size()));
}

}  // namespace trace::detail::secrets
