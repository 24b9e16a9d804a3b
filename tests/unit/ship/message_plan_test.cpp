// SPDX-License-Identifier: Apache-2.0
// Events of plain call sites are written by a plan, others by fmt: the output must be identical.
// "{:}" means the same as "{}", and has no plan.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <limits>
#include <string>

#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

// Records the value through both encoders, as text and as a field; returns whether they agree.
class Comparison {
 public:
  template <class T>
  void add(const T& value) {
    record(node_, Type::progress, Level::info, field("value", value), field("n", 1), "{} {{{}}}",
           value, 7);
    record(node_, Type::progress, Level::info, field("value", value), field("n", 1), "{:} {{{}}}",
           value, 7);
  }

  void check() {
    const auto events = session_.events();
    REQUIRE(events.size() % 2 == 0);
    REQUIRE(!events.empty());
    for (std::size_t i = 0; i < events.size(); i += 2) {
      CAPTURE(i);
      CHECK(events[i].message == events[i + 1].message);
      CHECK(events[i].data == events[i + 1].data);
    }
  }

 private:
  RecordedSession session_;
  Node node_ = session_.run().node("n");
};

}  // namespace

TEST_CASE("an event with a plan says what fmt would have said") {
  Comparison both;
  both.add(true);
  both.add(false);
  both.add('c');
  both.add('"');
  both.add('\0');
  both.add(0);
  both.add(-1);
  both.add(std::numeric_limits<std::int64_t>::min());
  both.add(std::numeric_limits<std::uint64_t>::max());
  both.add(0.1F);
  both.add(-2.5);
  both.add(1e300);
  both.check();
}

TEST_CASE("text of any length, with anything in it, reads the same with a plan and without") {
  Comparison both;
  const std::string plain = "0123456789abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUV";
  for (const std::string special :
       {"", "\"", "\\", "\n", "\x01", "\x7f", "ü", "€", "😀", "\xff", "\xe2\x82"}) {
    for (std::size_t at = 0; at < 40; ++at) {
      std::string text = plain.substr(0, at) + special;
      both.add(text);
      both.add(text + plain.substr(0, 40 - at));
      both.add(text + special + plain.substr(0, 5) + special);
    }
  }
  both.add(std::string(4000, 'x'));
  both.add(std::string(5000, '\x01'));
  both.add(std::string(30'000, 'y'));
  both.check();
}

TEST_CASE("sequences and times are written whole when nines turn") {
  RecordedSession session;
  const Node node = session.run().node("n");
  constexpr std::size_t events = 12'000;
  for (std::size_t i = 0; i < events; ++i) record(node, Type::progress, Level::info, "{}", i);
  const auto written = session.events();
  REQUIRE(written.size() == events);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < events; ++i) {
    wrong += written[i].id.substr(26) != fmt::format("-0-{:012}", i + 1) ? 1 : 0;
    wrong += i > 0 && written[i].timestamp < written[i - 1].timestamp ? 1 : 0;
  }
  CHECK(wrong == 0);
}

// Tokens are put together from two pieces, so that no scanner takes this file for a leak.
TEST_CASE("a token that an event's texts make together is found wherever they meet") {
  const std::string random = "a1C2c3D4e5F6g7H8i9L0K1l2M3n4O5p6Q7r8";  // without an anchor
  RecordedSession session;
  const Node node = session.run().node("n");
  std::size_t recorded = 0;
  constexpr Level info = Level::info;
  constexpr Type line = Type::progress;
  for (const std::string& token :
       {std::string("ghp") + "_" + random, std::string("AK") + "IA" + "ABCDEFGH23456789",
        std::string("sk") + "-" + random, std::string("xox") + "b-" + random,
        std::string("BEAR") + "ER " + random, std::string("a://b:") + random + "@c",
        std::string("GET /?tok") + "en=" + random}) {
    for (std::size_t at = 0; at <= token.size(); ++at) {
      record(node, line, info, "{}{}", token.substr(0, at), token.substr(at));
      record(node, line, info, "{} {}{}", 1, token.substr(0, at), token.substr(at));
      recorded += 2;
    }
  }
  const std::string_view all = random;
  record(node, line, info, "g{}", std::string("hp") + "_" + random);
  record(node, line, info, "ghp{}", std::string("_") + random);
  record(node, line, info, "ghp_{}", all);
  record(node, line, info, "{}_{}", std::string("ghp"), all);
  record(node, line, info, "{}hp_{}", 'g', all);
  record(node, line, info, "{}-{}", std::string("sk"), all);
  record(node, line, info, "sk{}{}", '-', all);
  record(node, line, info, "{}://b:{}@c", std::string("a"), all);
  record(node, line, info, "a:{}b:{}@c", std::string("//"), all);
  record(node, line, info, "a{}//b:{}@c", ':', all);
  record(node, line, info, "{}earer {}", 'b', all);
  record(node, line, info, "Be{} {}", std::string("arer"), all);
  record(node, line, info, "B{}rer {}", std::string("ea"), all);
  record(node, line, info, "authorization: Ba{} {}", std::string("sic"), all);
  record(node, line, info, "authorization: {}sic {}", std::string("Ba"), all);
  record(node, line, info, "{}L1C2c3D4e5F6g7H8i9L0K1l2M3n4O5p6Q7r8", std::string("ghp") + "_");
  recorded += 16;
  const auto events = session.events();
  REQUIRE(events.size() == recorded);
  for (const EventPayload& event : events) {
    CAPTURE(event.message.value());
    CHECK(event.message->find("[REDACTED]") != std::string::npos);
    CHECK(event.message->find(random.substr(8)) == std::string::npos);
  }
}
