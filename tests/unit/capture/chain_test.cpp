// SPDX-License-Identifier: Apache-2.0
// The whole chain of a node, from bytes to events.
#include <doctest/doctest.h>

#include "capture/output_chain.hpp"
#include "unit/capture/pieces.hpp"

using namespace trace;
using namespace trace::detail::capture;
using namespace trace::testing;

namespace {

struct Node {
  explicit Node(const CaptureLimits& limits = {})
      : chain(
            kept, limits,
            [](std::uint64_t bytes) { return detail::journal::TailRing::in_memory(bytes, {}); },
            std::chrono::seconds(0)),
        out(chain, Stream::out),
        err(chain, Stream::err) {}

  void finish(detail::time::Steady::time_point now) {
    out.finish(now);
    err.finish(now);
    chain.finish();
  }

  KeptEvents kept;
  OutputChain chain;
  OutputChain::Source out;
  OutputChain::Source err;
};

}  // namespace

TEST_CASE("any split of the same bytes gives the same events") {
  std::mt19937 random(17);
  for (int round = 0; round < 150; ++round) {
    const std::string text = noise(round % 10 == 0 ? 200'000 : 20'000, random);
    const CaptureLimits limits{.head_bytes = random() % 40'000, .tail_bytes = random() % 20'000};
    Node whole(limits);
    whole.out.write(text, at(0));
    whole.finish(at(0));
    for (const std::size_t longest : {7U, 3000U, 60'000U}) {
      Node cut(limits);
      for (const std::string& piece : at_random(text, longest, random)) cut.out.write(piece, at(0));
      cut.finish(at(0));
      CHECK(cut.kept.events == whole.kept.events);
      CHECK(cut.out.lines() == whole.out.lines());
      CHECK(cut.out.frames() == whole.out.frames());
      REQUIRE(cut.kept.omissions.size() == whole.kept.omissions.size());
      if (cut.kept.omissions.empty()) continue;
      CHECK(cut.kept.omissions[0].sha256 == whole.kept.omissions[0].sha256);
      CHECK(cut.kept.omissions[0].all.lines == whole.kept.omissions[0].all.lines);
    }
  }
}

TEST_CASE("plain lines come whole, in order, few events for many of them") {
  Node node({.head_bytes = CaptureLimits::unlimited});
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i) + std::string(90, '.') + "\n";
  std::mt19937 random(1);
  for (const std::string& piece : at_random(text, 128 * 1024, random)) node.out.write(piece, at(0));
  node.finish(at(0));
  CHECK(node.kept.text() == text);
  CHECK(node.kept.events.size() < 800);
  CHECK(node.out.lines() == 100'000);
  CHECK(node.out.bytes() == text.size());
}

TEST_CASE("streams keep the order in which they were written") {
  Node node;
  for (int i = 0; i < 40; ++i) {
    node.out.write("out\n", at(0));
    node.err.write("err\nerr\n", at(0));
  }
  node.finish(at(0));
  std::string expected;
  for (int i = 0; i < 40; ++i) expected += "out\nerr\nerr\n";
  CHECK(node.kept.text() == expected);
}

TEST_CASE("the parts of a long line have one level and say that they go on") {
  Node node;
  node.err.write(std::string(40'000, 'x') + "\nnext\n", at(0));
  node.finish(at(0));
  REQUIRE(node.kept.events.size() == 4);
  for (int i = 0; i < 3; ++i) {
    CHECK(node.kept.events[static_cast<std::size_t>(i)].event.continued == (i < 2));
    CHECK(node.kept.events[static_cast<std::size_t>(i)].event.level == Level::warn);
  }
  CHECK(node.kept.events[3].message == "next");
  CHECK(node.err.lines() == 2);
}

TEST_CASE("each line is shown to who wants to see it, also those that are left out") {
  Node node({.head_bytes = 4, .tail_bytes = 0});
  std::string seen;
  node.err.on_line([&](const RedactedText& line) { seen.append(line.text()).append(";"); });
  node.err.write("one\ntwo\n1%\r2%\n\x1B[31mthree\nlast", at(0));
  node.finish(at(0));
  CHECK(seen == "one;two;1%;2%;three;last;");
}

TEST_CASE("the chain says when it has something to do") {
  Node node;
  CHECK(node.chain.next_due() == detail::time::Steady::time_point::max());
  for (int i = 0; i < 40; ++i) node.out.write("line\n", at(i));
  CHECK(node.chain.next_due() == at(82));
  node.out.write("$ ", at(50));
  CHECK(node.out.next_due() == at(300));
  node.chain.tick(at(82));
  CHECK(node.kept.events.size() == 33);
  CHECK(node.kept.events.back().event.lines == 8);
  node.out.tick(at(300));
  CHECK(node.kept.events.back().message == "$ ");
  CHECK(node.kept.events.back().event.continued);
}

TEST_CASE("a secret with sequences in it is found over the parts of its line") {
  const auto secrets = std::make_shared<detail::secrets::Secrets>();
  secrets->add("hunter2-secret");
  // A prompt that falls silent in its middle.
  Node node;
  OutputChain::Source out(node.chain, Stream::out, secrets);
  out.write("\x1B[1mtoken hun\x1B[31mter2-", at(0));
  out.tick(at(300));
  out.write("sec\x1B[0mret\n", at(400));
  out.finish(at(400));
  node.finish(at(400));
  CHECK(node.kept.text().find("hunter") == std::string::npos);
  CHECK(node.kept.text().find("ret") == std::string::npos);
  CHECK(node.kept.text().find("token ") != std::string::npos);
  CHECK(node.kept.text().find("[REDACTED]") != std::string::npos);
  // A line of more than a message.
  Node long_line;
  OutputChain::Source err(long_line.chain, Stream::err, secrets);
  err.write("\x1B[1m" + std::string(detail::lines::LineFramer::max_line_bytes - 8, 'x'), at(0));
  err.write("hun\x1B[31mter2-sec\x1B[0mret and more\n", at(0));
  err.finish(at(0));
  long_line.finish(at(0));
  CHECK(long_line.kept.text().find("hunter") == std::string::npos);
  CHECK(long_line.kept.text().find("cret") == std::string::npos);
  CHECK(long_line.kept.text().find("[REDACTED] and more") != std::string::npos);
}

TEST_CASE("secrets are removed before lines are cut, also with control sequences inside") {
  const auto secrets = std::make_shared<detail::secrets::Secrets>();
  secrets->add("hunter2-secret");
  secrets->add("-----BEGIN KEY-----\nabcdef\n-----END KEY-----");
  const std::string_view text =
      "password hunter2-secret ok\n\x1B[1mhun\x1B[31mter2-sec\x1B[0mret\n"
      "-----BEGIN KEY-----\r\nabcdef\r\n-----END KEY-----\nhunter2-\nhunter2-sec";
  std::mt19937 random(3);
  for (const std::size_t longest : {1U, 5U, 1000U}) {
    // All of it beside the last line is in the tail.
    Node node({.head_bytes = 0});
    OutputChain::Source out(node.chain, Stream::out, secrets);
    std::string seen;
    std::string bytes;
    out.on_bytes([&](std::string_view some) { bytes += some; });
    out.on_line([&](const RedactedText& line) { seen.append(line.text()).append("\n"); });
    for (const std::string& piece : at_random(text, longest, random)) out.write(piece, at(0));
    out.finish(at(0));
    node.chain.finish();
    CHECK(seen == "password [REDACTED] ok\n[REDACTED]\n[REDACTED]\nhunter2-\nhunter2-sec\n");
    CHECK(node.kept.text() == seen);
    CHECK(out.bytes() == text.size());
    CHECK(bytes ==
          "password [REDACTED] ok\n\x1B[1mhun\x1B[31mter2-sec\x1B[0mret\n[REDACTED]\nhunter2-\n"
          "hunter2-sec");
  }
}
