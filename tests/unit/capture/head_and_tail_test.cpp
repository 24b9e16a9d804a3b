// SPDX-License-Identifier: Apache-2.0
#include "capture/head_and_tail.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "support/journal_directory.hpp"
#include "support/temp_dir.hpp"
#include "unit/capture/pieces.hpp"

using namespace trace;
using namespace trace::detail::capture;
using namespace trace::testing;
using namespace std::chrono_literals;

namespace {

struct Bounded {
  explicit Bounded(const CaptureLimits& limits,
                   detail::journal::SharedDirectory directory = nullptr)
      : head_and_tail(
            limits,
            [directory](std::uint64_t bytes) {
              return detail::journal::TailRing::create(directory, "s-1.tail", bytes,
                                                       {.run = 1, .node = "n", .origin = "o"});
            },
            1000s, events) {}

  void lines(std::string_view text, detail::time::Steady::time_point now = at(0),
             Stream stream = Stream::out) {
    head_and_tail.take(stream, detail::lines::LineKind::lines, text, now);
  }

  KeptEvents kept;
  LineEvents events{kept};
  HeadAndTail head_and_tail;
};

std::string sha256(std::string_view text) {
  detail::text::Sha256 hash;
  hash.update(text);
  return hash.finish();
}

}  // namespace

TEST_CASE("head, omission and tail are what was printed") {
  Bounded node({.head_bytes = 10, .tail_bytes = 8});
  node.lines("one\ntwo\n");
  node.lines("x\nfour\nfive\n");
  CHECK(node.kept.text() == "one\ntwo\nx\n");
  node.lines("err\n", at(1), Stream::err);
  node.lines("six\n", at(2));
  CHECK(node.kept.text() == "one\ntwo\nx\n");
  node.head_and_tail.finish();
  CHECK(node.kept.text() == "one\ntwo\nx\nerr\nsix\n");
  REQUIRE(node.kept.omissions.size() == 1);
  const Omission& omission = node.kept.omissions[0];
  CHECK(node.kept.before_omission == 3);
  CHECK(omission.all.lines == 2);
  CHECK(omission.all.bytes == 10);
  CHECK(omission.by_stream[0].lines == 2);
  CHECK(omission.by_stream[1].bytes == 0);
  CHECK(omission.sha256 == sha256("four\nfive\n"));
  // Late events carry their own time stamp.
  CHECK(!node.kept.events[2].event.is_late);
  CHECK(node.kept.events[3].event.is_late);
  CHECK(node.kept.events[3].event.at == at(1));
  CHECK(node.kept.events[4].event.at == at(2));
  // Another stream of the same node has no other head.
  node.lines("late\n");
  CHECK(node.kept.events.size() == 5);
  node.head_and_tail.finish();
  CHECK(node.kept.events.size() == 6);
  CHECK(node.kept.omissions.size() == 1);
}

TEST_CASE("output that fits the head is not bounded, and nothing is reported") {
  for (const CaptureLimits& limits :
       {CaptureLimits{.head_bytes = CaptureLimits::unlimited},
        CaptureLimits{.head_bytes = 0, .tail_bytes = CaptureLimits::unlimited},
        CaptureLimits{.head_bytes = 400'000}}) {
    Bounded node(limits);
    for (int i = 0; i < 100'000; ++i) node.lines("abc\n");
    node.head_and_tail.finish();
    CHECK(node.kept.text().size() == 400'000);
    CHECK(node.kept.omissions.empty());
  }
  Bounded nothing({.head_bytes = 0, .tail_bytes = 0});
  nothing.lines("a\nb\n");
  nothing.head_and_tail.finish();
  CHECK(nothing.kept.events.empty());
  CHECK(nothing.kept.omissions.at(0).all.lines == 2);
}

TEST_CASE("whatever is printed and whatever the limits are, nothing is missing") {
  std::mt19937 random(21);
  TempDir directory;
  for (int round = 0; round < 300; ++round) {
    const CaptureLimits limits{.head_bytes = random() % 3000, .tail_bytes = random() % 3000};
    Bounded node(limits, round % 2 == 0 ? journal_directory(directory.path()) : nullptr);
    std::string printed;
    std::array<detail::lines::LineVolume, 2> by_stream{};
    const auto writes = random() % 200;
    for (std::size_t i = 0; i < writes; ++i) {
      std::string text;
      const auto lines = 1 + random() % (i % 20 == 0 ? 200 : 3);
      for (std::size_t line = 0; line < lines; ++line) {
        text += std::to_string(i) + std::string(random() % 70, '.') + "\n";
      }
      const auto stream = static_cast<Stream>(random() % 2);
      by_stream[detail::lines::index_of(stream)].lines += lines;
      by_stream[detail::lines::index_of(stream)].bytes += text.size();
      node.lines(text, at(static_cast<std::int64_t>(i * 20)), stream);
      printed += text;
    }
    node.head_and_tail.finish();
    const std::string shown = node.kept.text();
    if (printed.size() <= limits.head_bytes) {
      CHECK(shown == printed);
      continue;
    }
    // The longest start and the longest end of whole lines that the limits allow.
    const std::size_t head =
        limits.head_bytes == 0 ? 0 : printed.rfind('\n', limits.head_bytes - 1) + 1;
    std::size_t tail = head;
    if (printed.size() - head > limits.tail_bytes) {
      tail = limits.tail_bytes == 0
                 ? printed.size()
                 : printed.find('\n', printed.size() - limits.tail_bytes - 1) + 1;
    }
    CHECK(shown == printed.substr(0, head) + printed.substr(tail));
    if (tail == head) {
      CHECK(node.kept.omissions.empty());
      continue;
    }
    REQUIRE(node.kept.omissions.size() == 1);
    const Omission& omission = node.kept.omissions[0];
    CHECK(omission.all.bytes == tail - head);
    CHECK(omission.sha256 == sha256(std::string_view(printed).substr(head, tail - head)));
    for (const Stream stream : {Stream::out, Stream::err}) {
      std::uint64_t lines = omission.by_stream[detail::lines::index_of(stream)].lines;
      std::uint64_t bytes = omission.by_stream[detail::lines::index_of(stream)].bytes;
      for (const auto& each : node.kept.events) {
        if (each.event.stream != stream) continue;
        lines += each.event.lines;
        bytes += each.message.size() + 1;
      }
      CHECK(lines == by_stream[detail::lines::index_of(stream)].lines);
      CHECK(bytes == by_stream[detail::lines::index_of(stream)].bytes);
    }
  }
  CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("while lines are omitted, their number is reported every 5 seconds") {
  Bounded node({.head_bytes = 4, .tail_bytes = 4});
  node.lines("one\n", at(0));
  node.lines("two\n", at(0));
  CHECK(node.head_and_tail.next_due() == detail::time::Steady::time_point::max());
  node.lines("three\n", at(1000));
  CHECK(node.head_and_tail.next_due() == at(6000));
  node.lines("fou\n", at(5999));
  CHECK(node.kept.tellings.empty());
  node.head_and_tail.tick(at(6000));
  REQUIRE(node.kept.tellings.size() == 1);
  CHECK(node.kept.tellings[0].lines == 2);
  CHECK(node.kept.tellings[0].bytes == 10);
  // Nothing new, nothing to report.
  CHECK(node.head_and_tail.next_due() == detail::time::Steady::time_point::max());
  node.lines("fiv\n", at(20'000));
  node.lines("six\n", at(25'000));
  REQUIRE(node.kept.tellings.size() == 2);
  CHECK(node.kept.tellings[1].lines == 4);
  node.head_and_tail.finish();
  CHECK(node.kept.omissions.at(0).all.lines == 4);
}

TEST_CASE("parts of a long line count where its end is; frames only while the head has room") {
  Bounded node({.head_bytes = 12, .tail_bytes = 10});
  node.head_and_tail.take(Stream::out, detail::lines::LineKind::frame, "50%", at(0));
  node.head_and_tail.take(Stream::out, detail::lines::LineKind::part, "12345", at(0));
  node.head_and_tail.take(Stream::out, detail::lines::LineKind::part, "67890", at(0));
  node.head_and_tail.take(Stream::out, detail::lines::LineKind::frame, "60%", at(0));
  node.head_and_tail.take(Stream::out, detail::lines::LineKind::part, "abcde", at(0));
  node.head_and_tail.take(Stream::out, detail::lines::LineKind::last_part, "fghi\n", at(0));
  node.head_and_tail.finish();
  CHECK(node.kept.messages() == std::vector<std::string>{"50%", "12345", "abcde", "fghi"});
  const Omission& omission = node.kept.omissions.at(0);
  CHECK(omission.all.lines == 0);
  CHECK(omission.all.bytes == 5);
  CHECK(omission.sha256 == sha256("67890"));
  CHECK(node.kept.events[2].event.continued);
  CHECK(!node.kept.events[3].event.continued);
}

TEST_CASE("a destroyed tail is reported as omitted") {
  TempDir directory;
  const std::string path = directory / "s-1.tail";
  Bounded node({.head_bytes = 0, .tail_bytes = 1000}, journal_directory(directory.path()));
  node.lines("one\ntwo\n");
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary)
          .seekp(static_cast<std::streamoff>(detail::journal::tail_header_bytes))
      << "xxxx";
  node.head_and_tail.finish();
  CHECK(node.kept.events.empty());
  CHECK(node.kept.omissions.at(0).all.lines == 2);
  CHECK(node.kept.omissions.at(0).all.bytes == 8);
  CHECK(node.kept.omissions.at(0).sha256.empty());
}
