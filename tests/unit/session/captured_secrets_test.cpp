// SPDX-License-Identifier: Apache-2.0
// Captured text is searched for secrets by its stream's redactor, and again by record() where that
// could find something that the redactor could not. Asserted on the journal, because events are
// redacted once more before they are sent. That other text is searched once shows in the number of
// instructions (bench/check.sh).
#include <doctest/doctest.h>

#include <filesystem>

#include "support/file_contents.hpp"
#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

using Clock = std::chrono::steady_clock;

class Capture {
 public:
  Capture() : node_(session_.run().node("n")) { session_.break_backend(); }

  Session& session() { return session_.session(); }
  Node& node() { return node_; }
  // Whether the text is in a file of the journal directory.
  bool keeps(std::string_view text) const {
    for (const auto& entry : std::filesystem::directory_iterator(session_.journal_dir())) {
      if (contents(entry.path()).find(text) != std::string::npos) return true;
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

TEST_CASE("no line of a stream keeps a secret, wherever its writes end") {
  Capture capture;
  capture.session().add_secret("hunter2-hunter2");
  auto out = capture.node().stream(Stream::out);
  out.write("one: lefthunter2-hunter2right\n");
  out.write("two: lefthunter2-hunter2rig");
  out.write("ht\n" + std::string(20'000, 'x') + " three: lefthunter2-hunter2right\n");
  for (const char* const line : {"one: ", "two: ", "three: "}) {
    CHECK(capture.keeps(line + std::string("left[REDACTED]right")));
  }
  CHECK_FALSE(capture.keeps("hunter2"));
}

TEST_CASE("a line is searched again beside a replacement, which may complete a broken form") {
  Capture capture;
  capture.session().add_secret("Pa55word");
  auto out = capture.node().stream(Stream::out);
  out.write("Pa55wordPa55wo\\nrd\n");
  CHECK(capture.keeps("[REDACTED][REDACTED]"));
  CHECK_FALSE(capture.keeps("Pa55wo"));
}

TEST_CASE("a secret in the origin of a stream is not in the journal") {
  Capture capture;
  capture.session().add_secret("hunter2-hunter2");
  auto out = capture.node().stream(Stream::out, {}, "ssh deploy:hunter2-hunter2@host later-secret");
  out.write("first line\n");
  capture.session().add_secret("later-secret");
  out.write("second line\n");
  CHECK(capture.keeps("ssh deploy:[REDACTED]@host"));
  CHECK(capture.keeps("@host [REDACTED]"));
  CHECK_FALSE(capture.keeps("hunter2"));
}

TEST_CASE("a secret in the origin of a stream is not in the file of its tail") {
  Capture capture;
  CaptureLimits limits;
  limits.head_bytes = 0;
  auto out = capture.node().stream(Stream::out, limits, "ssh deploy:later-secret@host");
  capture.session().add_secret("later-secret");
  out.write("a line of the tail\n");
  CHECK(capture.keeps("a line of the tail"));
  CHECK(capture.keeps("ssh deploy:[REDACTED]@host"));
  CHECK_FALSE(capture.keeps("later-secret"));
}

TEST_CASE("no part of a secret or token is left where an origin is cut to 64 bytes") {
  Capture capture;
  std::string secret = "hunter2-hunter2";
  SUBCASE("a known secret") { capture.session().add_secret(secret); }
  SUBCASE("a secret that is added later") {}
  SUBCASE("a token") { secret = "AKIA234567ABCDEFGHIJ"; }
  auto out = capture.node().stream(Stream::out, {}, std::string(54, 'x') + " " + secret);
  if (secret.starts_with("hunter2")) capture.session().add_secret(secret);
  out.write("a line\n");
  CHECK(capture.keeps("x [REDACTED"));
  CHECK_FALSE(capture.keeps("x " + secret.substr(0, 4)));
}

TEST_CASE("lines of two sources of a stream that are joined are searched together") {
  Capture capture;
  capture.session().add_secret("firsthalfofkey\nsecondhalfofkey");
  const auto now = Clock::now();
  auto a = capture.node().stream(Stream::out);
  auto b = capture.node().stream(Stream::out);
  for (int i = 0; i < 60; ++i) a.write("line\n", now);
  b.write("firsthalfofkey\nzz", now);
  a.write("secondhalfofkey\n", now);
  a.tick(now + std::chrono::seconds(2));
  CHECK(capture.keeps("[REDACTED]"));  // they were joined
  CHECK_FALSE(capture.keeps("firsthalfofkey\nsecondhalfofkey"));
}

TEST_CASE("a secret over two lines of a high rate is not in the journal") {
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
