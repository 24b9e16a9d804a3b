// SPDX-License-Identifier: Apache-2.0
#include "capture/coalescer.hpp"

#include <doctest/doctest.h>

#include "unit/capture/pieces.hpp"

using namespace trace;
using namespace trace::detail::capture;
using namespace trace::testing;

namespace {

using Place = detail::levels::StackTrace::Place;
using Messages = std::vector<std::string>;

struct Fed {
  KeptEvents kept;
  Coalescer coalescer{kept};

  void line(std::string_view text, detail::time::Steady::time_point now,
            Stream stream = Stream::out, Level level = Level::info, Place place = Place::outside) {
    coalescer.line(stream, level, text, place, now);
    coalescer.keep();
  }
  // Until lines have to wait.
  void use_up(detail::time::Steady::time_point now) {
    for (int i = 0; i < Coalescer::reserve; ++i) line("used", now);
    REQUIRE(kept.events.size() == Coalescer::reserve);
    kept.events.clear();
  }
};

}  // namespace

TEST_CASE("few lines go out one by one, at once") {
  Fed fed;
  for (int i = 0; i < 31; ++i) {
    fed.line("a", at(i * 50));
    fed.line("b", at(i * 50), Stream::err, Level::warn);
  }
  CHECK(fed.kept.events.size() == 62);
  Fed slow;
  for (int i = 0; i < 1000; ++i) slow.line("a", at(i * 50));
  CHECK(slow.kept.events.size() == 1000);
  CHECK(slow.kept.events[999].event.lines == 1);
}

TEST_CASE("many lines are joined until 50 ms have passed") {
  Fed fed;
  fed.use_up(at(0));
  fed.line("a", at(1));
  fed.line("", at(20));
  fed.line("c", at(50));
  CHECK(fed.kept.events.empty());
  CHECK(fed.coalescer.waiting_bytes() == 5);
  CHECK(fed.coalescer.next_due() == at(51));
  fed.coalescer.tick(at(50));
  CHECK(fed.kept.events.empty());
  fed.coalescer.tick(at(51));
  REQUIRE(fed.kept.messages() == Messages{"a\n\nc"});
  CHECK(fed.kept.events[0].event.lines == 3);
  CHECK(fed.kept.events[0].event.at == at(1));
  CHECK(fed.coalescer.next_due() == detail::time::Steady::time_point::max());
  // Without a tick in between, too.
  fed.line("d", at(60));
  fed.line("e", at(109));
  fed.line("f", at(110));
  CHECK(fed.kept.messages() == Messages{"a\n\nc", "d\ne"});
}

TEST_CASE("another stream, another level and an event of its own end what is joined") {
  Fed fed;
  fed.use_up(at(0));
  fed.line("a", at(0));
  fed.line("b", at(0));
  fed.line("c", at(0), Stream::err);
  fed.line("d", at(0), Stream::err);
  fed.line("e", at(0), Stream::err, Level::error);
  fed.coalescer.alone({.message = "own", .fields = "{}"}, at(0));
  fed.line("f", at(0));
  fed.coalescer.flush();
  CHECK(fed.kept.messages() == Messages{"a\nb", "c\nd", "e", "own", "f"});
  CHECK(fed.kept.events[1].event.stream == Stream::err);
  CHECK(fed.kept.events[2].event.level == Level::error);
}

TEST_CASE("no event is longer than a message") {
  Fed fed;
  fed.use_up(at(0));
  const std::string line(1023, 'x');
  for (int i = 0; i < 33; ++i) fed.line(line, at(0));
  REQUIRE(fed.kept.events.size() == 2);
  CHECK(fed.kept.events[0].event.lines == 16);
  CHECK(fed.kept.events[0].message.size() == 16 * 1024 - 1);
  fed.coalescer.flush();
  fed.line(std::string(16 * 1024, 'y'), at(0));
  fed.line("", at(0));
  fed.coalescer.flush();
  CHECK(fed.kept.events[3].event.lines == 1);
  CHECK(fed.kept.events[4].message.empty());
}

TEST_CASE("adjacent lines are not copied") {
  struct Where final : EventSink {
    std::string_view message;
    void event(const CapturedEvent& event) override { message = event.message; }
    void omitting(const detail::lines::LineVolume&) override {}
    void omitted(const Omission&) override {}
  } where;
  Coalescer coalescer(where);
  for (int i = 0; i < Coalescer::reserve; ++i)
    coalescer.line(Stream::out, Level::info, "used", Place::outside, at(0));
  const std::string_view buffer = "one\ntwo\nthree\n";
  for (const auto& [from, size] : {std::pair(0, 3), std::pair(4, 3), std::pair(8, 5)}) {
    coalescer.line(Stream::out, Level::info, buffer.substr(from, size), Place::outside, at(0));
  }
  coalescer.flush();
  CHECK(where.message == "one\ntwo\nthree");
  CHECK(where.message.data() == buffer.data());
}

TEST_CASE("a stack trace is one event, of the highest level among its lines") {
  Fed fed;
  fed.line("before", at(0));
  fed.line("Traceback", at(0), Stream::err, Level::warn, Place::first);
  fed.line("  File", at(10), Stream::err, Level::warn, Place::inside);
  fed.line("ValueError", at(20), Stream::err, Level::error, Place::inside);
  CHECK(fed.kept.events.size() == 1);
  fed.line("after", at(20), Stream::err, Level::warn);
  CHECK(fed.kept.messages() == Messages{"before", "Traceback\n  File\nValueError", "after"});
  CHECK(fed.kept.events[1].event.level == Level::error);
  CHECK(fed.kept.events[1].event.lines == 3);
  // Two in a row, and one that is never followed.
  fed.line("panic", at(100), Stream::err, Level::error, Place::first);
  fed.line("panic", at(100), Stream::err, Level::error, Place::first);
  CHECK(fed.kept.events.size() == 4);
  fed.coalescer.tick(at(349));
  CHECK(fed.kept.events.size() == 4);
  fed.coalescer.tick(at(350));
  CHECK(fed.kept.events.size() == 5);
}

TEST_CASE("a stack trace that is written slowly is one event, and waits a second at most") {
  Fed fed;
  const auto trace = [&](Place place, int milliseconds) {
    fed.line("frame", at(milliseconds), Stream::err, Level::error, place);
  };
  trace(Place::first, 0);
  for (int i = 1; i <= 4; ++i) trace(Place::inside, i * 240);
  CHECK(fed.coalescer.next_due() == at(1000));
  CHECK(fed.kept.events.empty());
  trace(Place::inside, 1000);
  REQUIRE(fed.kept.events.size() == 1);
  CHECK(fed.kept.events[0].event.lines == 5);
  CHECK(fed.kept.events[0].event.at == at(0));
}

TEST_CASE("what another stream says does not end a stack trace") {
  Fed fed;
  fed.use_up(at(0));
  const auto trace = [&](std::string_view text, Place place) {
    fed.line(text, at(1), Stream::err, Level::error, place);
  };
  trace("panic", Place::first);
  fed.line("a", at(1));
  trace("at f", Place::inside);
  fed.line("b", at(1));
  fed.coalescer.alone({.stream = Stream::out, .message = "own", .fields = {}}, at(1));
  trace("at g", Place::inside);
  fed.line("c", at(1));
  CHECK(fed.coalescer.waiting_bytes() == std::string_view("panic\nat f\nat g\nc\n").size());
  CHECK(fed.kept.messages() == Messages{"a\nb", "own"});
  // Its own stream's next line ends it, in the order in which the two were begun.
  fed.line("after", at(1), Stream::err);
  CHECK(fed.kept.messages() == Messages{"a\nb", "own", "panic\nat f\nat g", "c"});
  fed.coalescer.flush();
  CHECK(fed.kept.messages().back() == "after");
  CHECK(fed.coalescer.waiting_bytes() == 0);
}

TEST_CASE("late events are recorded in order") {
  Fed fed;
  fed.coalescer.set_late(true);
  fed.line("panic", at(1), Stream::err, Level::error, Place::first);
  fed.line("a", at(1));
  fed.line("at f", at(1), Stream::err, Level::error, Place::inside);
  fed.coalescer.flush();
  CHECK(fed.kept.messages() == Messages{"panic", "a", "at f"});
}

TEST_CASE("what falls due together takes from the reserve once for each event") {
  Fed fed;
  for (int i = 0; i < Coalescer::reserve - 2; ++i) fed.line("used", at(0));
  fed.line("panic", at(0), Stream::out, Level::error, Place::first);
  fed.line("panic", at(0), Stream::err, Level::error, Place::first);
  fed.coalescer.tick(at(250));
  // All 32 were taken, and five given back meanwhile.
  fed.kept.events.clear();
  for (int i = 0; i < 10; ++i) fed.line("more", at(250));
  CHECK(fed.kept.events.size() == 5);
}
