// SPDX-License-Identifier: Apache-2.0
// Captured text is searched for secrets once, by its stream's redactor, unless record() could find
// something that the redactor could not. Asserted on the journal, because events are redacted once
// more before they are sent.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

using Clock = std::chrono::steady_clock;

// Only a search of what the redactor has written finds this one.
const std::string telltale = "left[REDACTED]right";

class Capture {
 public:
  Capture() : node_(session_.run().node("n")) { session_.break_backend(); }

  Session& session() { return session_.session(); }
  Node& node() { return node_; }
  // Whether the text is in a file of the journal directory.
  bool keeps(std::string_view text) const {
    for (const auto& entry : std::filesystem::directory_iterator(session_.journal_dir())) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string all(std::istreambuf_iterator<char>(file), {});
      if (all.find(text) != std::string::npos) return true;
    }
    return false;
  }

 private:
  static Config config() {
    Config config;
    config.redact_environment = false;
    return config;
  }
  RecordedSession session_{config()};
  Node node_;
};

}  // namespace

TEST_CASE("a captured line is searched for secrets once, a text of record() once") {
  Capture capture;
  capture.session().add_secret("hunter2-hunter2");
  capture.session().add_secret(telltale);
  record(capture.node(), Type::progress, Level::info, "{}", telltale);
  CHECK_FALSE(capture.keeps(telltale));
  auto out = capture.node().stream(Stream::out);
  out.write("one line: lefthunter2-hunter2right\n");
  CHECK(capture.keeps("one line: " + telltale));
  // Its end in another write; in parts; many at a time.
  out.write("two: lefthunter2-hunter2rig");
  out.write("ht\n" + std::string(20'000, 'x') + " three: lefthunter2-hunter2right\n");
  CHECK(capture.keeps("two: " + telltale));
  CHECK(capture.keeps("three: " + telltale));
  CHECK_FALSE(capture.keeps("hunter2"));
}

TEST_CASE("lines of a high rate are searched once as well") {
  Capture capture;
  capture.session().add_secret("hunter2-hunter2");
  // It begins in a line and ends in the next one: an event of both lines would be redacted.
  capture.session().add_secret("plain end\nplain beginning");
  auto out = capture.node().stream(Stream::out);
  std::string text;
  for (int i = 0; i < 100; ++i) text += "line\n";
  out.write(text + "all: plain end\nplain beginning\n");
  CHECK(capture.keeps("all: [REDACTED]"));
  CHECK_FALSE(capture.keeps("plain end"));
}

TEST_CASE("a secret that is added while the beginning of its line waits is not in the journal") {
  Capture capture;
  capture.session().add_secret("another-secret");
  auto out = capture.node().stream(Stream::out);
  const auto now = Clock::now();
  out.write("waiting: hunter2-", now);
  capture.session().add_secret("hunter2-hunter2");
  out.write("hunter2\n", now);
  out.tick(now + std::chrono::seconds(1));
  CHECK(capture.keeps("waiting: [REDACTED]"));
  CHECK_FALSE(capture.keeps("hunter2"));
}

TEST_CASE("a secret that is added while its line waits to be joined is not in the journal") {
  Capture capture;
  capture.session().add_secret("another-secret");
  auto out = capture.node().stream(Stream::out);
  const auto now = Clock::now();
  std::string text;
  for (int i = 0; i < 40; ++i) text += "line\n";
  out.write(text + "joined: hunter2-hunter2\n", now);
  CHECK_FALSE(capture.keeps("joined"));
  capture.session().add_secret("hunter2-hunter2");
  out.tick(now + std::chrono::seconds(1));
  CHECK(capture.keeps("joined: [REDACTED]"));
  CHECK_FALSE(capture.keeps("hunter2"));
}

TEST_CASE("what only becomes a secret when the chain leaves out bytes is not in the journal") {
  Capture capture;
  capture.session().add_secret("first half\nsecond half");
  capture.session().add_secret("repaired \xEF\xBF\xBD secret");
  capture.session().add_secret("unescaped secret");
  auto out = capture.node().stream(Stream::out);
  const auto now = Clock::now();
  std::string text;
  for (int i = 0; i < 40; ++i) text += "line\n";

  SUBCASE("a control sequence between two lines") {
    out.write(text + "x first half\n\x1B[0msecond half\n", now);
  }
  SUBCASE("a control sequence between two writes") {
    out.write(text + "x first half\n", now);
    out.write("\x1B[0m", now);
    out.write("second half\n", now);
  }
  SUBCASE("an overwritten frame between two lines") {
    out.write(text + "0%\r1%\n", now);
    out.write("x first half\n5%\rsecond half\n", now);
  }
  SUBCASE("invalid bytes") { out.write("x repaired \xFF secret\n", now); }
  SUBCASE("escapes in a JSON log entry") {
    out.write(R"({"level":"info","msg":"x unescap\u0065d secr\u0065t","a":1})"
              "\n",
              now);
  }
  SUBCASE("escapes in a JSON log entry without an end") {
    out.write(R"({"level":"info","msg":"x unescap\u0065d secr\u0065t"})", now);
    out.tick(now + std::chrono::seconds(1));
  }
  out.tick(now + std::chrono::seconds(2));
  CHECK(capture.keeps("x [REDACTED]"));
  CHECK_FALSE(capture.keeps("second half"));
  CHECK_FALSE(capture.keeps("unescaped secret"));
}

TEST_CASE("a secret that is added while its line is in the tail is not recorded with it") {
  Capture capture;
  auto out = capture.node().stream(Stream::out, {.head_bytes = 0, .tail_bytes = 1 << 20});
  out.write("in the tail: hunter2-hunter2\n");
  capture.session().add_secret("hunter2-hunter2");
  out.finish();
  CHECK(capture.keeps("in the tail: [REDACTED]"));
  CHECK_FALSE(capture.keeps("hunter2"));
}
