// SPDX-License-Identifier: Apache-2.0
// Dead letters and their share of the budget.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "journal/directory_budget.hpp"
#include "ship/dead_letters.hpp"
#include "support/journal_directory.hpp"
#include "support/temp_dir.hpp"

using namespace trace::detail::ship;
using namespace trace::testing;

namespace {

constexpr std::uint64_t budget = std::uint64_t{4} << 20;
constexpr std::uint64_t share = trace::detail::journal::reserved_share(budget);

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::string event(int number, std::size_t bytes = 1000) {
  return fmt::format(R"({{"n":{},"text":"{}"}})", number, std::string(bytes, 'x'));
}

std::uint64_t bytes_of(const TempDir& directory) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    bytes += entry.file_size();
  }
  return bytes;
}

}  // namespace

TEST_CASE("when their share is spent the oldest dead letters go, and are counted") {
  TempDir directory;
  DeadLetters letters(journal_directory(directory.path()), budget);
  constexpr int events = 3000;
  for (int i = 0; i < events; ++i) {
    REQUIRE(letters.keep(event(i), "because"));
    if (i % 100 == 0) CHECK(bytes_of(directory) <= share);
  }
  std::vector<std::string> lines = lines_of(directory / "rejected.old.ndjson");
  for (std::string& line : lines_of(directory / "rejected.ndjson")) lines.push_back(line);
  CHECK(lines.size() + letters.dropped() == events);
  CHECK(lines.size() > share / 1100 / 2);
  int expected = events - static_cast<int>(lines.size());
  for (const std::string& line : lines) {
    CHECK(line == fmt::format(R"({{"reason":"because","event":{}}})", event(expected++)));
  }
}

TEST_CASE("sessions that write to the same file lose no line and count each once") {
  TempDir directory;
  constexpr int writers = 4;
  constexpr int events = 1000;
  std::atomic<std::uint64_t> dropped{0};
  std::atomic<int> not_kept{0};
  std::vector<std::thread> threads;
  for (int w = 0; w < writers; ++w) {
    threads.emplace_back([&] {
      DeadLetters letters(journal_directory(directory.path()), budget);
      for (int i = 0; i < events; ++i) not_kept += letters.keep(event(i), "r") ? 0 : 1;
      dropped += letters.dropped();
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::size_t kept = lines_of(directory / "rejected.old.ndjson").size() +
                           lines_of(directory / "rejected.ndjson").size();
  CHECK(kept + dropped == writers * events);
  CHECK(not_kept < events);
  CHECK(bytes_of(directory) <= share);
}

TEST_CASE("a letter that is too large is not kept, and the reason is reported") {
  TempDir directory;
  DeadLetters letters(journal_directory(directory.path()), budget);
  CHECK_FALSE(letters.keep(event(1, share / 2), "r"));
  CHECK(letters.problem().find("16th") != std::string::npos);
  CHECK(letters.dropped() == 1);
  CHECK(letters.keep(event(1, share / 4), "r"));
}

TEST_CASE("of a file that a session with a larger budget left the newest lines stay") {
  TempDir directory;
  constexpr int events = 2000;
  {
    DeadLetters large(journal_directory(directory.path()), 16 * budget);
    for (int i = 0; i < events; ++i) REQUIRE(large.keep(event(i), "r"));
  }
  DeadLetters letters(journal_directory(directory.path()), budget);
  REQUIRE(letters.keep(event(events), "r"));
  CHECK(bytes_of(directory) <= share);
  const auto old = lines_of(directory / "rejected.old.ndjson");
  REQUIRE(!old.empty());
  CHECK(old.back().find(fmt::format(R"("n":{},)", events - 1)) != std::string::npos);
  CHECK(old.front().starts_with(R"({"reason":)"));
  CHECK(old.size() + letters.dropped() == events);
  CHECK(lines_of(directory / "rejected.ndjson").size() == 1);
}

TEST_CASE("a file without a line that fits costs the older file nothing") {
  TempDir directory;
  std::ofstream(directory / "rejected.old.ndjson") << "{}\n";
  std::ofstream(directory / "rejected.ndjson") << std::string(share, 'x');
  for (const char* name : {"rejected.old.ndjson", "rejected.ndjson"}) {
    std::filesystem::permissions(
        directory / name, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  DeadLetters letters(journal_directory(directory.path()), budget);
  CHECK_FALSE(letters.keep(event(1), "r"));
  CHECK(letters.problem().find("short enough") != std::string::npos);
  CHECK(lines_of(directory / "rejected.old.ndjson") == std::vector<std::string>{"{}"});
}

TEST_CASE("half a line of a writer that was killed spoils no other") {
  TempDir directory;
  const auto opened = journal_directory(directory.path());
  { DeadLetters(opened, budget).keep(event(1), "r"); }
  std::ofstream(directory / "rejected.ndjson", std::ios::app) << R"({"reason":"ha)";
  DeadLetters letters(opened, budget);
  CHECK(letters.keep(event(2), "r"));
  const auto lines = lines_of(directory / "rejected.ndjson");
  REQUIRE(lines.size() == 3);
  CHECK(lines[2] == fmt::format(R"({{"reason":"r","event":{}}})", event(2)));
}

TEST_CASE("a link with their name is not followed, and is reported") {
  TempDir directory;
  std::filesystem::create_directory(directory / "journal");
  std::filesystem::create_symlink(directory / "target", directory / "journal/rejected.ndjson");
  DeadLetters letters(journal_directory(directory / "journal"), budget);
  CHECK_FALSE(letters.keep(event(1), "r"));
  CHECK(letters.problem().find("symbolic link") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(directory / "target"));
  CHECK_FALSE(DeadLetters(nullptr, budget).keep(event(1), "r"));
}
