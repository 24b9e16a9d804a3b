// SPDX-License-Identifier: Apache-2.0
// pip with its progress bar at a terminal, from an index of the test's own.
#include <doctest/doctest.h>

#include "traced.hpp"

namespace trace::testing {

TEST_CASE("the progress bar of pip becomes a few events, and its last state is there") {
  const std::string python = "/usr/bin/python3";
  if (!is_there(python)) return;
  if (run({.argv = {python, "-m", "pip", "--version"}}).status.code != 0) {
    is_there("pip");
    return;
  }
  Child index({.argv = {python, SHIPTRACE_TOOLS_FOLDER "/fixtures/index.py", "8"}});
  const std::string url = "http://127.0.0.1:" + index.first_line();
  const TempDir target;
  const Traced traced(
      {"env", "TERM=xterm", "PYTHONDONTWRITEBYTECODE=1", python, "-m", "pip", "install",
       "--isolated", "--no-deps", "--no-cache-dir", "--disable-pip-version-check", "--index-url",
       url + "/simple/", "--target", target / "packages", "shiptrace-sample"},
      {"--pty"});
  REQUIRE_MESSAGE(traced.ended.status.code == 0, traced.ended.output);
  const std::uint64_t drawn = number(traced.last(), "frames", "pty");
  const std::size_t observed = frames_of(traced.events);
  const std::uint64_t duration = number(traced.last(), "durationMs");
  CHECK(drawn > 10);
  CHECK(observed >= 1);
  CHECK(observed <= duration / 500 + 2);
  CHECK(number(traced.last(), "bytes", "pty") == traced.ended.output.size());
  // The final bar of the download is a line, and what follows is, too.
  bool full = false;
  bool installed = false;
  for (const std::string& line : stored_lines(traced.events, "pty")) {
    full = full || line.find("8.4/8.4 MB") != std::string::npos;
    installed = installed || line.find("Successfully installed shiptrace-sample") == 0;
  }
  CHECK(full);
  CHECK(installed);
}

}  // namespace trace::testing
