// SPDX-License-Identifier: Apache-2.0
#include "contract/event_prefix.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <string>

namespace {

using trace::detail::contract::EventPrefix;

std::string written(EventPrefix& prefix, std::uint64_t sequence) {
  std::string out(prefix.bound(), '?');
  return out.substr(0, static_cast<std::size_t>(prefix.write(out.data(), sequence) - out.data()));
}

std::string expected(std::uint64_t sequence) {
  return fmt::format(R"({{"id":"S-7-{:012}","runId":)", sequence);
}

}  // namespace

TEST_CASE("a prefix says the sequence of each event, whatever it said before") {
  EventPrefix prefix;
  prefix.make("S", 7);
  for (const std::uint64_t sequence :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{99}, std::uint64_t{100},
        std::uint64_t{101}, std::uint64_t{200}, std::uint64_t{5}, std::uint64_t{123'456'789'012},
        std::uint64_t{999'999'999'999}, std::uint64_t{1'000'000'000'000},
        std::uint64_t{1'000'000'000'001}, std::numeric_limits<std::uint64_t>::max(),
        std::uint64_t{42}}) {
    CHECK(written(prefix, sequence) == expected(sequence));
  }
}

TEST_CASE("a prefix knows whose events it begins") {
  EventPrefix prefix;
  CHECK(!prefix.is_of(0));
  prefix.make("S", 7);
  CHECK(prefix.is_of(7));
  CHECK(!prefix.is_of(8));
}

TEST_CASE("the ids of run and node are quoted") {
  std::string text;
  trace::detail::contract::append_node(text, "a\"b", "n\\");
  CHECK(text == R"("a\"b","nodeId":"n\\")");
}
