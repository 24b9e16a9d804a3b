// SPDX-License-Identifier: Apache-2.0
// npm, where it is installed (Debian's own brings several hundred packages along).
#include <doctest/doctest.h>

#include <fstream>

#include "traced.hpp"

namespace trace::testing {

TEST_CASE("npm's errors are errors, and its install at a terminal ends") {
  if (!finds("npm")) {
    std::printf("\nSKIPPED: tests with npm: it is not installed\n");
    return;
  }
  const TempDir folder;
  std::ofstream(folder / "package.json")
      << R"({"name":"sample","version":"1.0.0","scripts":{"ok":"echo from the script"}})";
  const std::string path = folder.path().string();
  const Traced missing({"npm", "--prefix", path, "--cache", folder / "cache", "run", "absent"});
  CHECK(missing.ended.status.code == 1);
  CHECK(missing.code() == "PROCESS_EXIT");
  check_whole(missing);
  bool is_error = false;
  for (const EventPayload& event : missing.events) {
    const bool says = event.message && event.message->find("Missing script") != std::string::npos;
    if (says) is_error = event.level == Level::error;
  }
  CHECK(is_error);

  const Traced fine({"npm", "--prefix", path, "--cache", folder / "cache", "--offline",
                     "--no-audit", "--no-fund", "--progress", "install"},
                    {"--pty"});
  CHECK(fine.ended.status.code == 0);
  CHECK(frames_of(fine.events) <= number(fine.last(), "durationMs") / 500 + 2);
  CHECK(number(fine.last(), "bytes", "pty") == fine.ended.output.size());
}

}  // namespace trace::testing
