#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "capture/line_framer.hpp"
#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::detail;
using namespace trace::testing;

namespace {

using Lines = std::vector<std::pair<std::string, bool>>;

// Pieces are marked with a bar: "a\nb|c".
Lines framed(const std::vector<std::string>& pieces) {
  Lines lines;
  LineFramer framer([&](const Line& line) { lines.emplace_back(line.text, line.continued); });
  for (const std::string& piece : pieces) framer.write(piece);
  framer.finish();
  return lines;
}

Lines framed_at_bars(std::string_view text) {
  std::vector<std::string> pieces(1);
  for (const char c : text) {
    if (c == '|') {
      pieces.emplace_back();
    } else {
      pieces.back() += c;
    }
  }
  return framed(pieces);
}

Lines plain(std::initializer_list<const char*> texts) {
  Lines lines;
  for (const char* text : texts) lines.emplace_back(text, false);
  return lines;
}

}  // namespace

TEST_CASE("lines end at \\n and \\r\\n, wherever the writes meet") {
  CHECK(framed_at_bars("one\ntwo\r\nthree") == plain({"one", "two", "three"}));
  CHECK(framed_at_bars("o|ne|\n|two\r|\nth|ree|") == plain({"one", "two", "three"}));
  CHECK(framed_at_bars("\n\r\n\n") == plain({"", "", ""}));
  CHECK(framed_at_bars("a\rb\n") == plain({"a\rb"}));
  CHECK(framed_at_bars("").empty());
  CHECK(framed_at_bars("\xE2|\x82|\xAC\n") == plain({"\xE2\x82\xAC"}));
}

TEST_CASE("a long line comes in parts that end at characters") {
  std::string euros;
  for (int i = 0; i < 12'000; ++i) euros += "\xE2\x82\xAC";
  const Lines lines = framed({euros + "\nnext\n"});
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].first.size() == 16 * 1024 / 3 * 3);
  CHECK(lines[0].second);
  CHECK(lines[1].second);
  CHECK(!lines[2].second);
  CHECK(lines[0].first + lines[1].first + lines[2].first == euros);
  CHECK(lines[3].first == "next");
  const std::string exact(LineFramer::max_line_bytes, 'x');
  CHECK(framed({exact + "\r", "\n"}) == Lines{{exact, false}});
  CHECK(framed({std::string(40'000, '\x80')}).size() == 3);
}

TEST_CASE("any split of the same bytes gives the same lines") {
  std::mt19937 random(7);
  const std::string_view alphabet[] = {"a",    "\n",       "\r",   "\r\n", "\xE2\x82\xAC",
                                       "\x80", "\xF0\x9F", "word "};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    while (text.size() < 3000) text += alphabet[random() % std::size(alphabet)];
    if (round % 3 == 0) text.insert(random() % text.size(), std::string(33'000 + round, 'x'));
    if (round % 3 == 1) {
      std::string wide;
      for (int i = 0; i < 9000; ++i) wide += "\xE2\x82\xAC";
      text.insert(random() % text.size(), wide);
    }
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t length = 1 + random() % (round % 2 == 0 ? 5000 : 50);
      pieces.push_back(text.substr(at, length));
      at += length;
    }
    CHECK(framed({text}) == framed(pieces));
  }
}

TEST_CASE("a node's stream records its lines with stream, origin and level") {
  RecordedSession session;
  auto node = session.run().node("n");
  {
    auto out = node.stream(Stream::out);
    auto err = node.stream(Stream::err);
    out.write("one\ntw");
    err.write("warned\n");
    out.write("o\n" + std::string(20'000, 'x') + "\nlast");
    CHECK(out.lines() == 3);
    CHECK(out.bytes() == 20'013);
  }
  const auto events = session.events();
  REQUIRE(events.size() == 6);
  CHECK(events[0].message == "one");
  CHECK(events[0].level == Level::info);
  CHECK(events[0].data == R"({"stream":"stdout","origin":"component"})");
  CHECK(events[1].message == "warned");
  CHECK(events[1].level == Level::warn);
  CHECK(events[1].data == R"({"stream":"stderr","origin":"component"})");
  CHECK(events[2].message == "two");
  CHECK(events[3].message->size() == 16 * 1024);
  CHECK(events[3].data == R"({"stream":"stdout","origin":"component","continued":true})");
  CHECK(events[4].message == std::string(20'000 - 16 * 1024, 'x'));
  CHECK(events[5].message == "last");
}
