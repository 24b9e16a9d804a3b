// SPDX-License-Identifier: Apache-2.0
// Samples of tokens: 108 kinds, each made anew from random characters in the structure that its
// issuer documents, and the contexts that output shows them in. Used by the attacks on shapes of
// tokens; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trace::testing {

// The same numbers for the same seed on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() noexcept;
  std::size_t below(std::size_t bound) noexcept { return next() % bound; }
  std::string of(std::string_view alphabet, std::size_t count);

 private:
  std::uint64_t state_;
};

struct Sample {
  std::string text;
  std::vector<std::string> secrets;  // what must not be left of it
};

struct Kind {
  std::string_view family;
  std::string_view name;
  Sample (*make)(Random& random);
};

const std::vector<Kind>& kinds();

struct Context {
  std::string_view name;
  std::string_view before;
  std::string_view after;
};

// JSON that contains the sample as a string, with escapes.
inline constexpr std::string_view json_context = "JSON";
const std::vector<Context>& contexts();

// Whether eight characters of a secret that follow each other are left, or all of a shorter one.
bool is_left(std::string_view text, const Sample& sample);

}  // namespace trace::testing
