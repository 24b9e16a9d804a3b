// SPDX-License-Identifier: Apache-2.0
// Random characters, the contexts of samples, and whether a sample is left in a text.
#include <algorithm>

#include "attack/tokens/samples.hpp"

namespace trace::testing {

std::uint64_t Random::next() noexcept {
  state_ += 0x9E3779B97F4A7C15U;  // splitmix64
  std::uint64_t mixed = state_;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBU;
  return mixed ^ mixed >> 31;
}

std::string Random::of(std::string_view alphabet, std::size_t count) {
  std::string text;
  while (text.size() < count) text += alphabet[below(alphabet.size())];
  return text;
}

const std::vector<Context>& contexts() {
  static const std::vector<Context> all{
      {"alone", "", ""},
      {"log line", "2025-10-13T12:00:00Z INFO got \"", "\" from the vault"},
      {"colours", "\x1b[1;32m", "\x1b[0m"},
      {json_context, "{\"name\":", "}"},
      {"YAML", "name: ", ""},
      {"--name=", "tool --name=", " --verbose"},
      {"--name", "tool --name ", " --verbose"},
      {"URL", "https://example.com/path?name=", "&next=1"},
  };
  return all;
}

bool is_left(std::string_view text, const Sample& sample) {
  constexpr std::size_t usable = 8;
  return std::any_of(sample.secrets.begin(), sample.secrets.end(), [&](const std::string& secret) {
    const std::size_t part = std::min(usable, secret.size());
    for (std::size_t i = 0; i + part <= secret.size(); ++i) {
      if (text.find(std::string_view(secret).substr(i, part)) != std::string_view::npos)
        return true;
    }
    return false;
  });
}

}  // namespace trace::testing
