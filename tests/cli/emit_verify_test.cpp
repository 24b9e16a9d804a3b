// SPDX-License-Identifier: Apache-2.0
// emit and verify: as many events as asked for, each once and in order; and verify notices when
// that is not so.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "backend_of_test.hpp"

namespace trace::testing {
namespace {

// 1,000,000 in the long form.
std::string many() { return std::getenv("SHIPTRACE_TEST_LONG") != nullptr ? "1000000" : "200000"; }

std::vector<std::uint64_t> counts_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::vector<std::uint64_t> counts(bytes.size() / 8);
  std::memcpy(counts.data(), bytes.data(), counts.size() * 8);
  return counts;
}

void write_counts(const std::string& path, const std::vector<std::uint64_t>& counts) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(counts.data()),
             static_cast<std::streamsize>(counts.size() * 8));
}

}  // namespace

TEST_CASE("emit delivers exactly what was asked for and verify agrees") {
  const BackendOfTest backend;
  const std::string file = backend.directory / "returned";
  const Finished emitted = backend.shiptrace({"emit", "--run", "r2", "--node", "n", "--events",
                                              many(), "--threads", "2", "--returned", file});
  CHECK_MESSAGE(emitted.status.code == 0, emitted.errors);
  CHECK(emitted.output.empty());
  CHECK(emitted.errors.find("events/s") != std::string::npos);
  CHECK(emitted.errors.find("CPU µs per event") != std::string::npos);
  MESSAGE(emitted.errors);
  const std::uint64_t share = std::stoull(many()) / 2;
  CHECK(counts_in(file) == std::vector<std::uint64_t>{share, share});

  const Finished verified = backend.shiptrace({"verify", "--run", "r2", "--returned", file});
  CHECK_MESSAGE(verified.status.code == 0, verified.errors);
  CHECK(verified.output.find("without a gap") != std::string::npos);
  CHECK(backend.shiptrace({"verify", "--run", "r2"}).status.code == 0);

  INFO("a file that promises more than the store has, or less");
  write_counts(file, {share, share + 3});
  const Finished more = backend.shiptrace({"verify", "--run", "r2", "--returned", file});
  CHECK(more.status.code == 1);
  CHECK(more.errors.find("thread 1: missing 3: ") != std::string::npos);
  write_counts(file, {share, share - 2});
  CHECK(backend.shiptrace({"verify", "--run", "r2", "--returned", file}).status.code == 1);
  // One event between record() and the raised count is what a killed emitter leaves.
  write_counts(file, {share, share - 1});
  CHECK(backend.shiptrace({"verify", "--run", "r2", "--returned", file}).status.code == 0);
}

TEST_CASE("verify refuses a file and a label that do not fit the run") {
  const BackendOfTest backend;
  const std::string file = backend.directory / "returned";
  REQUIRE(
      backend.shiptrace({"emit", "--run", "r", "--node", "n", "--events", "10", "--threads", "2"})
          .status.code == 0);
  write_counts(file, {5});
  const Finished fewer = backend.shiptrace({"verify", "--run", "r", "--returned", file});
  CHECK(fewer.status.code == 1);
  CHECK(fewer.errors.find("thread 1") != std::string::npos);
  std::ofstream(file, std::ios::trunc) << "abc";
  CHECK(backend.shiptrace({"verify", "--run", "r", "--returned", file}).status.code == 2);
  const Finished label = backend.shiptrace({"verify", "--run", "r", "--label", "x"});
  CHECK(label.status.code == 1);
  CHECK(label.errors.find("no event has the label x") != std::string::npos);
}

TEST_CASE("emit's events carry label, thread and n, and the node is never started") {
  const BackendOfTest backend;
  REQUIRE(backend
              .shiptrace({"emit", "--run", "r", "--node", "n", "--events", "7", "--threads", "3",
                          "--label", "L\"1"})
              .status.code == 0);
  const auto events = backend.events("r");
  REQUIRE(events.size() == 7);
  std::vector<std::uint64_t> last(3, 0);
  for (const EventPayload& event : events) {
    CHECK(event.type == Type::progress);
    CHECK(event.level == Level::info);
    CHECK(member(event.data, "label") == "\"L\\\"1\"");
    const std::size_t thread = std::stoull(member(event.data, "thread"));
    REQUIRE(thread < 3);
    const std::uint64_t n = std::stoull(member(event.data, "n"));
    CHECK(n == ++last[thread]);
    CHECK(event.message == "event " + std::to_string(n) + " of thread " + std::to_string(thread));
  }
  CHECK(last == std::vector<std::uint64_t>{3, 2, 2});
}

TEST_CASE("two emits of one run are distinguished by their labels") {
  const BackendOfTest backend;
  const std::string file = backend.directory / "returned";
  for (const char* label : {"a", "b"}) {
    REQUIRE(backend
                .shiptrace({"emit", "--run", "r", "--node", "n", "--events", "50", "--label", label,
                            "--returned", file, "--quiet"})
                .status.code == 0);
  }
  CHECK(
      backend.shiptrace({"verify", "--run", "r", "--label", "b", "--returned", file}).status.code ==
      0);
  const Finished ambiguous = backend.shiptrace({"verify", "--run", "r", "--returned", file});
  CHECK(ambiguous.status.code == 1);
  CHECK(ambiguous.errors.find("--label") != std::string::npos);
  // The same label again: the same numbers twice.
  REQUIRE(backend.shiptrace({"emit", "--run", "r", "--node", "n", "--events", "50", "--label", "a"})
              .status.code == 0);
  const Finished twice = backend.shiptrace({"verify", "--run", "r", "--label", "a"});
  CHECK(twice.status.code == 1);
  CHECK(twice.errors.find("duplicated 50: 1-50") != std::string::npos);
}

TEST_CASE("emit keeps to a rate, and prints nothing with --quiet") {
  const BackendOfTest backend;
  const auto began = std::chrono::steady_clock::now();
  const Finished ended = backend.shiptrace({"emit", "--run", "r", "--node", "n", "--events", "60",
                                            "--threads", "2", "--rate", "100", "--quiet"});
  const auto took = std::chrono::steady_clock::now() - began;
  CHECK(ended.status.code == 0);
  CHECK(ended.errors.empty());
  CHECK(took >= std::chrono::milliseconds(580));  // the last one is due after 59/100 s
  CHECK(backend.events("r").size() == 60);
}

TEST_CASE("Ctrl-C ends emit, and what it has recorded is delivered") {
  const BackendOfTest backend;
  const std::string file = backend.directory / "returned";
  Child child(backend.command({"emit", "--run", "r", "--node", "n", "--events", "1000000", "--rate",
                               "200", "--label", "L", "--returned", file}));
  backend.wait_for_events("r", 5);
  child.signal(SIGINT);
  CHECK(child.wait().code == 130);
  const auto counts = counts_in(file);
  REQUIRE(counts.size() == 1);
  CHECK(counts[0] >= 5);
  CHECK(backend.events("r").size() == counts[0]);
  CHECK(
      backend.shiptrace({"verify", "--run", "r", "--label", "L", "--returned", file}).status.code ==
      0);
}

}  // namespace trace::testing
