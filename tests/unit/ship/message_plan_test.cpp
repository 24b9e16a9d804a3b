// SPDX-License-Identifier: Apache-2.0
// Events of most call sites are written by a plan, others by fmt: the output must be identical.
// "{0}" means the same as a first "{}", and has no plan.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "journal/slab_reader.hpp"
#include "ship/message_plan.hpp"
#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

// Records events in pairs, one through each encoder; check() compares them.
class Comparison {
 public:
  // The value as text and as a field.
  template <class T>
  void add(const T& value) {
    record(node_, type, level, field("value", value), field("n", 1), "{} {{{}}}", value, 7);
    record(node_, type, level, field("value", value), field("n", 1), "{0} {{{1}}}", value, 7);
  }
  // As a field only.
  template <class T>
  void add_field(const T& value) {
    record(node_, type, level, field("value", value), field("n", 1), "{}", 7);
    record(node_, type, level, field("value", value), field("n", 1), "{0}", 7);
  }
  // As text only.
  template <class T>
  void add_text(const T& value) {
    record(node_, type, level, "{} {{{}}}", value, 7);
    record(node_, type, level, "{0} {{{1}}}", value, 7);
  }
  // Texts that follow each other.
  void add_joined(std::string_view a, std::string_view b, std::string_view c) {
    record(node_, type, level, "{}{}{}", a, b, c);
    record(node_, type, level, "{0}{1}{2}", a, b, c);
  }

  const Node& node() const { return node_; }

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

  static constexpr Type type = Type::progress;
  static constexpr Level level = Level::info;

 private:
  RecordedSession session_;
  Node node_ = session_.run().node("n");
};

using detail::Tag;

// Whether a site with this format and these types, `fields` of them fields, has a plan.
bool has_plan(std::string_view format, const std::vector<Tag>& tags, std::uint8_t fields = 0) {
  detail::journal::SiteView site;
  site.format = format;
  site.tags = tags;
  site.fields = fields;
  site.names.assign(fields, "name");
  return detail::ship::MessagePlan::compile(site).has_value();
}

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

// The specifier with every value, by a plan and by an index.
#define ADD_FORMATTED(both, specifier, ...)                                                    \
  for (const auto& value : __VA_ARGS__) {                                                      \
    record((both).node(), Comparison::type, Comparison::level, "<{:" specifier "}>|", value);  \
    record((both).node(), Comparison::type, Comparison::level, "<{0:" specifier "}>|", value); \
  }

TEST_CASE("numbers with specifiers are formatted the same by a plan") {
  Comparison both;
  const std::vector<std::int64_t> integers{
      0, 1, -1, 65, 127, 1'234'567'890'123, std::numeric_limits<std::int64_t>::min()};
  ADD_FORMATTED(both, "d", integers)
  ADD_FORMATTED(both, "+", integers)
  ADD_FORMATTED(both, " 5", integers)
  ADD_FORMATTED(both, "x", integers)
  ADD_FORMATTED(both, "#010X", integers)
  ADD_FORMATTED(both, "#b", integers)
  ADD_FORMATTED(both, "o", integers)
  ADD_FORMATTED(both, "*^24", integers)
  ADD_FORMATTED(both, "\">8", integers)
  const std::vector<std::uint64_t> unsigned_ones{0, 7, std::numeric_limits<std::uint64_t>::max()};
  ADD_FORMATTED(both, "08", unsigned_ones)
  ADD_FORMATTED(both, "<64", unsigned_ones)
  const std::vector<int> characters{'a', '"', '\\', '\n', 0xE2};
  ADD_FORMATTED(both, "c", characters)
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> doubles{0.0,       -0.0,         0.125, 0.375,         2.675,  1.0 / 3,
                                    -99.995,   1e16,         1e300, 1e-300,        5e-324, infinity,
                                    -infinity, std::nan(""), 1e22,  123456789.125, 0.05};
  ADD_FORMATTED(both, ".2f", doubles)
  ADD_FORMATTED(both, ".0f", doubles)
  ADD_FORMATTED(both, ".64f", doubles)
  ADD_FORMATTED(both, "f", doubles)
  ADD_FORMATTED(both, "e", doubles)
  ADD_FORMATTED(both, ".3g", doubles)
  ADD_FORMATTED(both, "G", doubles)
  ADD_FORMATTED(both, "a", doubles)
  ADD_FORMATTED(both, "+010.3f", doubles)
  ADD_FORMATTED(both, ">12", doubles)
  ADD_FORMATTED(both, "#.3", doubles)
  const std::vector<float> floats{0.1F, -2.5F, 1e30F};
  ADD_FORMATTED(both, ".3f", floats)
  both.check();
}

TEST_CASE("texts and other values with specifiers are formatted the same by a plan") {
  Comparison both;
  const std::vector<std::string> texts{"",     "text",         "a \"quote\"", "größe",  "😀😀😀",
                                       "a\0b", "\xe2\x82 cut", "tab\t",       "日本語", "\xff\xfe"};
  ADD_FORMATTED(both, ">10", texts)
  ADD_FORMATTED(both, "-<20", texts)
  ADD_FORMATTED(both, ".3", texts)
  ADD_FORMATTED(both, "*^9.2s", texts)
  ADD_FORMATTED(both, "s", texts)
  const bool flags[] = {true, false};
  ADD_FORMATTED(both, "d", flags)
  ADD_FORMATTED(both, ">7", flags)
  const std::vector<char> characters{'a', '"', '\0', '\xe2'};
  ADD_FORMATTED(both, "d", characters)
  ADD_FORMATTED(both, ">3", characters)
  const int target = 0;
  const std::vector<const void*> pointers{nullptr, &target};
  ADD_FORMATTED(both, "p", pointers)
  ADD_FORMATTED(both, ">24", pointers)
  both.check();
}

TEST_CASE("any double and float is written the same by a plan") {
  Comparison both;
  std::mt19937_64 random(7);
  for (int i = 0; i < 5'000; ++i) {
    const auto any = std::bit_cast<double>(random());
    both.add_text(any);
    both.add_text(std::bit_cast<float>(static_cast<std::uint32_t>(random())));
    if (std::isfinite(any)) both.add_field(any);
    const double hundredths = static_cast<double>(random() % 1'000'000) / 1000;
    both.add_field(hundredths);
    ADD_FORMATTED(both, ".2f", {hundredths, any})
  }
  both.check();
}

TEST_CASE("pointers and JSON are written the same as fields by a plan") {
  Comparison both;
  const int target = 0;
  both.add(static_cast<const void*>(&target));
  both.add(static_cast<const void*>(nullptr));
  for (const std::string json :
       {"{}", "[]", "[1, 2]", R"({"host":"10.0.0.7","ports":[22,80,443],"up":true})", "null", "12",
        "\"text\"", "1e999", "1.0", R"({"a":"\\n\u0000"})", "{\"ü\":\"€\"}", "{\"a\":\"\xff\"}",
        R"(["\ud800"])", "{", "", "not JSON", "01", "[1,]", R"({"password":"hunter2 and more"})"}) {
    both.add_field(Json{json});
  }
  // Put together, so that no scanner takes this file for a leak.
  const std::string token = std::string("ghp") + "_a1C2c3D4e5F6g7H8i9L0K1l2M3n4O5p6Q7r8";
  for (const std::string& json : {"{\"key\":\"" + token + "\"}", "[\"" + token + "\"]",
                                  "{\"password\":\"" + token.substr(4) + "\"}", "\"" + token + "\"",
                                  R"({"args":["--password",")" + token.substr(4) + "\"]}"}) {
    both.add_field(Json{json});
  }
  for (const std::size_t depth : {31U, 32U, 33U, 199U, 201U}) {
    const std::string json = std::string(depth, '[') + std::string(depth, ']');
    both.add_field(Json{json});
  }
  both.check();
}

TEST_CASE("halves of a character in two values make the character, with a plan and without") {
  Comparison both;
  for (const std::string whole : {"€", "😀", "ü", "\xed\xa0\x80", "\xf0\x9f\xe2\x82\xac"}) {
    for (std::size_t at = 0; at <= whole.size(); ++at) {
      both.add_joined("a" + whole.substr(0, at), whole.substr(at) + "b", "");
      both.add_joined(whole.substr(0, at), "", whole.substr(at));
      both.add_joined("", whole.substr(0, at), whole.substr(at));
    }
    for (std::size_t a = 0; a <= whole.size(); ++a) {
      for (std::size_t b = a; b <= whole.size(); ++b) {
        both.add_joined(whole.substr(0, a), whole.substr(a, b - a), whole.substr(b));
      }
    }
  }
  both.check();
}

TEST_CASE("texts around the contract's limits are cut the same with a plan and without") {
  Comparison both;
  for (const std::size_t size :
       {3'500U, 4'096U, 12'000U, 15'000U, 16'300U, 16'350U, 16'384U, 17'000U}) {
    for (const char byte : {'x', '\x01', '"'}) {
      const std::string text(size, byte);
      both.add(text);
      both.add_field(text);
      ADD_FORMATTED(both, ">16", {text})
      ADD_FORMATTED(both, "?", {text})
    }
  }
  for (std::size_t size = 16'384 - 12; size <= 16'384; ++size)
    both.add_text(std::string(size, 'x'));
  both.check();
}

TEST_CASE("every type of argument has a plan, with the usual specifiers") {
  for (auto tag = Tag::boolean; tag <= Tag::json;
       tag = static_cast<Tag>(static_cast<int>(tag) + 1)) {
    CAPTURE(static_cast<int>(tag));
    CHECK(has_plan("a {} b", {tag}));
    CHECK(has_plan("{:}", {tag}));
    CHECK(has_plan("{:>10}", {tag}));
    CHECK(has_plan("", {tag}, 1));
    CHECK(has_plan("{} {}", {tag, tag, Tag::string}, 1));
  }
  CHECK(has_plan("{:.2f}", {Tag::float64}));
  CHECK(has_plan("{:#x} {:08b}", {Tag::int64, Tag::uint64}));
  CHECK(has_plan("{:-^64.64}", {Tag::string}));
  CHECK(has_plan("{{}} größe", {}));
}

TEST_CASE("what a plan cannot write has none, and what is wrong neither") {
  const auto of = [](std::string_view format, const std::vector<Tag>& tags) {
    return has_plan(format, tags);
  };
  CHECK(!of("{0}", {Tag::int64}));
  CHECK(!of("{:?}", {Tag::string}));
  CHECK(!of("{:{}}", {Tag::int64, Tag::int64}));
  CHECK(!of("{:.{}f}", {Tag::float64, Tag::int64}));
  CHECK(!of("{:65}", {Tag::int64}));
  CHECK(!of("{:.65f}", {Tag::float64}));
  CHECK(!of("{:99999999999999999999}", {Tag::int64}));
  CHECK(!of("{:L}", {Tag::int64}));
  CHECK(!of("{:ü>9}", {Tag::int64}));
  CHECK(!of("{name}", {Tag::int64}));
  CHECK(!of("{", {Tag::int64}));
  CHECK(!of("}", {}));
  CHECK(!of("{:", {Tag::int64}));
  CHECK(!of("{} {}", {Tag::int64}));
  CHECK(!of("{}", {Tag::int64, Tag::int64}));
  CHECK(!of("{:d}", {Tag::string}));
  CHECK(!of("{:.2f}", {Tag::int64}));
  CHECK(!of("{:.2}", {Tag::int64}));
  CHECK(!of("{:y}", {Tag::float64}));
  CHECK(!of("{}", {static_cast<Tag>(0)}));
  CHECK(!of("{}", {static_cast<Tag>(10)}));
  CHECK(!of("cut \xe2\x82", {}));
  CHECK(!of(std::string(2049, 'x'), {}));
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
  // What a specifier adds or makes belongs to the token, too.
  record(node, line, info, "{:_<4}{}", std::string("ghp"), all);
  record(node, line, info, "{:.3}_{}", std::string("ghpxyz"), all);
  record(node, line, info, "{:c}hp_a1C2c3D4e5F6g7H8i9L0K1l2M3n4O5p6Q7r8", static_cast<int>('g'));
  record(node, line, info, "sk{:->1}{}", "", all);
  record(node, line, info, "{:s}{:s}", std::string("sk-"), all);
  recorded += 16 + 5;
  const auto events = session.events();
  REQUIRE(events.size() == recorded);
  for (const EventPayload& event : events) {
    CAPTURE(event.message.value());
    CHECK(event.message->find("[REDACTED]") != std::string::npos);
    CHECK(event.message->find(random.substr(8)) == std::string::npos);
  }
}
