// SPDX-License-Identifier: Apache-2.0
#include "lines/line_framer.hpp"

#include <doctest/doctest.h>

#include "unit/capture/pieces.hpp"

using namespace trace::detail::lines;
using namespace trace::testing;

namespace {

using Texts = std::vector<std::string>;

Texts framed(const Texts& pieces) {
  FramedText out;
  LineFramer framer(out);
  for (const std::string& piece : pieces) framer.write(piece, at(0));
  framer.finish(at(0));
  CHECK(framer.next_due() == trace::detail::time::Steady::time_point::max());
  return out.all;
}

// As the bars are set, in one piece, and byte by byte.
Texts framed_at_bars(std::string_view text) {
  const Texts pieces = at_bars(text);
  std::string whole;
  Texts bytes;
  for (const std::string& piece : pieces) {
    whole += piece;
    for (const char c : piece) bytes.emplace_back(1, c);
  }
  const Texts lines = framed(pieces);
  CHECK(framed({whole}) == lines);
  CHECK(framed(bytes) == lines);
  return lines;
}

}  // namespace

TEST_CASE("lines end at \\n and \\r\\n, wherever the writes meet") {
  CHECK(framed_at_bars("one\ntwo\r\nthree") == Texts{"one", "two", "three"});
  CHECK(framed_at_bars("o|ne|\n|two\r|\nth|ree|") == Texts{"one", "two", "three"});
  CHECK(framed_at_bars("\n\r\n\n") == Texts{"", "", ""});
  CHECK(framed_at_bars("one\r\r\ntwo\n") == Texts{"one", "two"});
  CHECK(framed_at_bars("") == Texts{});
  CHECK(framed_at_bars(std::string_view("a\0b\n", 4)) == Texts{std::string("a\0b", 3)});
}

TEST_CASE("characters are never cut, and wrong bytes are repaired") {
  CHECK(framed_at_bars("\xE2|\x82|\xAC\n") == Texts{"\xE2\x82\xAC"});
  CHECK(framed_at_bars("a\xE2\x82\n\xAC\n") == Texts{"a\xEF\xBF\xBD", "\xEF\xBF\xBD"});
  CHECK(framed_at_bars("\xED|\xA0|\x80x\n") == Texts{"\xEF\xBF\xBDx"});
  CHECK(framed_at_bars("\xED|\xA0x\n") == Texts{"\xEF\xBF\xBD\xEF\xBF\xBDx"});
  CHECK(framed_at_bars("good\nb\xFF"
                       "d\ngood\n") == Texts{"good",
                                             "b\xEF\xBF\xBD"
                                             "d",
                                             "good"});
  CHECK(framed_at_bars("\xF0\x9F\x98") == Texts{"\xEF\xBF\xBD"});
}

TEST_CASE("control sequences are left out, wherever the writes meet") {
  const auto bare = [](std::string_view text) {
    const Texts lines = framed_at_bars(text);
    REQUIRE(lines.size() == 1);
    return lines[0];
  };
  CHECK(bare("\x1B[1;3|1mred\x1B|[0m text\n") == "red text");
  CHECK(bare("\x1B[38;5;196mx\x1B[m\n") == "x");
  CHECK(bare("\x1B]8;;https://host/\x1B|\\link\x1B]8;;\x1B\\ text\n") == "link text");
  CHECK(bare("\x1B]8;id=1;https://host/\x07link\x1B]8;;\x07\n") == "link");
  CHECK(bare("\x1B]0;a title\xC2\x9Cx\n") == "x");
  CHECK(bare("\x1B(Bx\x1B)0y\x1B#8z\n") == "xyz");
  CHECK(bare("\x1B=a\x1B>b\x1B"
             "7c\x1B"
             "8d\n") == "abcd");
  CHECK(bare("\xC2|\x9B"
             "31mred\xC2\x9D"
             "0;t\x07!\n") == "red!");
  CHECK(bare("\x1BP1$r0m\x1B\\x\x1B_apc\x1B\\y\n") == "xy");
  CHECK(bare("\x1B[?25lx\x1B[?2004hy\n") == "xy");
  CHECK(bare("a\x07"
             "b\x0E"
             "c\x0F\n") == "abc");
  CHECK(bare("abc\b\b\bxyz\n") == "xyz");
  // Text that is not a control sequence is kept.
  CHECK(bare("a\x1B\xE2\x82\xAC\n") == "a\xE2\x82\xAC");
  CHECK(bare("a\x1B[3\xE2\x82\xAC\n") == "a\xE2\x82\xAC");
  CHECK(bare("[31m\n") == "[31m");
}

TEST_CASE(
    "a line is marked as edited if something was removed from it, and the following ones are not") {
  FramedText out;
  LineFramer framer(out);
  framer.write("a\x1B[0mb", at(0));
  CHECK(framer.is_edited());
  framer.write("\n", at(0));
  CHECK_FALSE(framer.is_edited());
  framer.write("\x1B[0m", at(0));
  framer.write("plain\nlines\n", at(0));
  CHECK_FALSE(framer.is_edited());
  CHECK(out.all == Texts{"ab", "plain", "lines"});
}

TEST_CASE("an unfinished sequence costs no more than its line") {
  CHECK(framed_at_bars("a\x1B]0;title\nb\n") == Texts{"a", "b"});
  CHECK(framed_at_bars("a\x1B[31\nb\n") == Texts{"a", "b"});
  CHECK(framed_at_bars("a\x1B\nb\x1B") == Texts{"a", "b"});
  CHECK(framed_at_bars("a\x1BP\xC2\nb\n") == Texts{"a", "b"});
}

TEST_CASE("of a progress bar the first frame and the final text are passed on") {
  CHECK(framed_at_bars("1%\r2%\r3%\n") == Texts{"~1%", "3%"});
  CHECK(framed_at_bars("\r1%\r2|%\r3%|\r\n") == Texts{"~1%", "3%"});
  CHECK(framed_at_bars("\r1%\r2%\r3%") == Texts{"~1%", "3%"});
  CHECK(framed_at_bars("1%\r2%\r") == Texts{"~1%", "2%"});
  CHECK(framed_at_bars("1%\r\x1B[K2%\r\x1B[K") == Texts{"~1%", "2%"});
  CHECK(framed_at_bars("1%\r2%\r3%\x1B[2K\r\nnext\n") == Texts{"~1%", "3%", "next"});
  CHECK(framed_at_bars("1%\x1B[1G2%\x1B[80D3%\nnext\n") == Texts{"~1%", "3%", "next"});
  CHECK(framed_at_bars("|\b/\b-\b\\\b done\n") == Texts{" done"});
  CHECK(framed_at_bars("one\n1%\r2%\rtwo\n") == Texts{"one", "~1%", "two"});
}

TEST_CASE("a progress bar that is wiped off leaves its last frame") {
  // pip: the bar, erased, the next line.
  CHECK(framed_at_bars("  10%\r  90%\r\x1B[K\ninstalled\n") ==
        Texts{"~  10%", "  90%", "installed"});
}

TEST_CASE("frames come at most every 500 ms, the last one when it is due") {
  FramedText out;
  LineFramer framer(out);
  framer.write("1%\r2%\r", at(0));
  CHECK(out.all == Texts{"~1%"});
  framer.write("3%\r4%", at(100));
  CHECK(framer.next_due() == at(500));
  framer.tick(at(499));
  CHECK(out.all == Texts{"~1%"});
  framer.tick(at(500));
  CHECK(out.all == Texts{"~1%", "~4%"});  // the current text
  CHECK(framer.next_due() == trace::detail::time::Steady::time_point::max());
  framer.write("\r5%", at(600));  // 4% was shown already
  framer.tick(at(999));
  CHECK(out.all.size() == 2);
  framer.write("\r6%\r7%", at(1000));
  CHECK(out.all == Texts{"~1%", "~4%", "~5%"});
  framer.write("\n", at(1001));
  CHECK(out.all == Texts{"~1%", "~4%", "~5%", "7%"});
  CHECK(framer.frames() == 6);
}

TEST_CASE("rows that are drawn again are frames, and the last ones are passed on") {
  const std::string rows = "a 0%\nb 0%\n";
  const auto redraw = [](int percent) {
    return "\x1B[2A\x1B[2K\ra " + std::to_string(percent) + "%\n\x1B[2K\rb " +
           std::to_string(percent) + "%\n";
  };
  CHECK(framed_at_bars(rows + redraw(10) + redraw(20) + redraw(30) + "done\n") ==
        Texts{"a 0%", "b 0%", "~a 10%\nb 10%", "~a 30%\nb 30%", "done"});
  // docker pull: up, a row, down.
  CHECK(framed_at_bars(rows + "\x1B[2A\x1B[2K\ra 50%\r\x1B[2B\x1B[1A\x1B[2K\rb 50%\r\x1B[1B") ==
        Texts{"a 0%", "b 0%", "~a 50%", "~b 50%"});
  // Faster than frames are passed on: each row's last state is there.
  const std::string a_row = "\x1B[2A\x1B[2Ka ";
  const std::string b_row = "\x1B[1A\x1B[2Kb ";
  CHECK(framed_at_bars(rows + a_row + "50%\r\x1B[2B" + b_row + "50%\r\x1B[1B" + a_row +
                       "done\r\x1B[2B" + b_row + "60%\r\x1B[1B" + b_row + "done\r\x1B[1Bend\n") ==
        Texts{"a 0%", "b 0%", "~a 50%", "~a done\nb done", "end"});
  // There are no rows above the first.
  CHECK(framed_at_bars("\x1B[9Aone\ntwo\n") == Texts{"one", "two"});
  CHECK(framed_at_bars("one\n\x1B[9Auno\ntwo\n") == Texts{"one", "~uno", "two"});
}

TEST_CASE("a line without an end is passed on after 250 ms, and the rest goes on with it") {
  FramedText out;
  LineFramer framer(out);
  framer.write("\x1B[1mName", at(0));
  framer.write(": ", at(100));
  CHECK(framer.next_due() == at(350));
  framer.tick(at(349));
  CHECK(out.all.empty());
  framer.tick(at(350));
  CHECK(out.all == Texts{"Name: +"});
  CHECK(framer.next_due() == trace::detail::time::Steady::time_point::max());
  framer.write("Joe\nnext\n", at(1000));
  CHECK(out.all == Texts{"Name: +", "+Joe", "next"});
  framer.write("Age: ", at(1000));
  framer.tick(at(2000));
  framer.finish(at(2000));
  CHECK(out.all == Texts{"Name: +", "+Joe", "next", "Age: +", "+"});
}

TEST_CASE("a long line comes in parts that end at characters") {
  std::string euros;
  for (int i = 0; i < 12'000; ++i) euros += "\xE2\x82\xAC";
  const Texts lines = framed({euros + "\nnext\n"});
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].size() == 16 * 1024 / 3 * 3 + 1);
  CHECK(lines[0].substr(0, lines[0].size() - 1) + lines[1].substr(0, lines[1].size() - 1) +
            lines[2].substr(1) ==
        euros);
  CHECK(lines[3] == "next");
  const std::string exact(LineFramer::max_line_bytes, 'x');
  CHECK(framed({exact + "\r", "\n"}) == Texts{exact});
  CHECK(framed({exact + "\n" + exact + "y\n"}) == Texts{exact, exact + "+", "+y"});
  CHECK(framed({std::string(40'000, '\x80')}).size() == 8);
}

TEST_CASE("any split of the same bytes gives the same lines") {
  std::mt19937 random(7);
  for (int round = 0; round < 400; ++round) {
    const std::string text = noise(round % 10 == 0 ? 200'000 : 4000, random);
    const Texts lines = framed({text});
    CHECK(framed(at_random(text, round % 2 == 0 ? 5000 : 30, random)) == lines);
    CHECK(framed(at_random(text, 3, random)) == lines);
  }
}

TEST_CASE("random bytes leave no state behind") {
  std::mt19937 random(11);
  FramedText out;
  LineFramer framer(out);
  for (int round = 0; round < 200; ++round) {
    std::string bytes(8192, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    framer.write(bytes, at(round));
  }
  framer.finish(at(200));
  CHECK(out.all.size() > 1000);
}
