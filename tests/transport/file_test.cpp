// SPDX-License-Identifier: Apache-2.0
// The file transport: whole lines or nothing.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <trace/file.hpp>
#include "support/temp_dir.hpp"
#include "transport/sending.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;
using Kind = SendResult::Kind;

namespace {

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

struct Target {
  TempDir directory;
  std::string path = directory / "trace.ndjson";
  std::unique_ptr<Transport> transport = file::make_file_transport(path);

  SendResult send(const SampleBatch& sample) { return transport->send(sample.batch(), soon()); }
};

}  // namespace

TEST_CASE_FIXTURE(Target, "batches are appended and acknowledged per emitter") {
  SampleBatch sample;
  sample.add("run-2", 3);
  const auto result = send(sample);
  REQUIRE(result.kind == Kind::acknowledged);
  REQUIRE(result.runs.size() == 2);
  CHECK(result.runs[1].run_id == "run-2");
  REQUIRE(result.runs[1].through.size() == 1);
  CHECK(result.runs[1].through[0].emitter == std::string(sample_session) + "-1");
  CHECK(result.runs[1].through[0].sequence == 3);
  CHECK(result.runs[1].rejected.empty());
  CHECK_FALSE(result.runs[1].status);
  REQUIRE(send(sample).kind == Kind::acknowledged);
  CHECK(content(path) == sample.body() + sample.body());
  struct stat facts {};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
}

TEST_CASE_FIXTURE(Target, "a question for a run's state writes nothing") {
  SampleBatch question;
  REQUIRE(send(question).kind == Kind::acknowledged);
  SampleBatch empty;
  empty.add("run-2", 0);
  const auto result = send(empty);
  REQUIRE(result.kind == Kind::acknowledged);
  CHECK(result.runs.size() == 2);
  CHECK(result.runs[1].through.empty());
  CHECK(content(path) == question.body() + SampleBatch().body());
}

TEST_CASE_FIXTURE(Target, "a full disk keeps the events and leaves no half line") {
  // A file system of one page, when this machine lets us make one.
  const std::string mount = directory / "small";
  std::filesystem::create_directory(mount);
  const std::string command = "mount -t tmpfs -o size=64k tmpfs '" + mount + "' 2>/dev/null";
  if (std::system(command.c_str()) != 0) {
    MESSAGE("SKIPPED: tmpfs cannot be mounted here");
    return;
  }
  const std::string full = mount + "/trace.ndjson";
  const auto to_full = file::make_file_transport(full);
  SampleBatch large;
  large.add("run-2", 100, 1000);
  const SampleBatch small;
  CHECK(to_full->send(small.batch(), soon()).kind == Kind::acknowledged);
  const auto result = to_full->send(large.batch(), soon());
  CHECK(result.kind == Kind::retry_later);
  CHECK(result.detail.find(full) != std::string::npos);
  CHECK(content(full) == small.body());
  CHECK(to_full->send(small.batch(), soon()).kind == Kind::acknowledged);
  CHECK(content(full) == small.body() + small.body());
  CHECK(std::system(("umount -l '" + mount + "'").c_str()) == 0);
}

TEST_CASE_FIXTURE(Target, "the process's limit of a file's size does not kill it") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  rlimit small = before;
  small.rlim_cur = 1000;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  SampleBatch large;
  large.add("run-2", 10, 1000);
  const auto result = send(large);
  ::setrlimit(RLIMIT_FSIZE, &before);
  CHECK(result.kind == Kind::retry_later);
  CHECK(content(path).empty());
  CHECK(send(large).kind == Kind::acknowledged);
}

TEST_CASE_FIXTURE(Target, "the half line of a writer that was killed is cut off") {
  const SampleBatch sample;
  const std::string line = sample.body();
  for (const std::size_t left : {std::size_t{1}, std::size_t{10}, line.size() - 1}) {
    std::ofstream(path, std::ios::binary) << line << line.substr(0, left);
    CHECK(send(sample).kind == Kind::acknowledged);
    CHECK(content(path) == line + line);
    std::ofstream(path, std::ios::binary) << line.substr(0, left);
    CHECK(send(sample).kind == Kind::acknowledged);
    CHECK(content(path) == line);
  }
  // Longer than one read of the search for its beginning.
  SampleBatch large;
  large.add("run-2", 200, 1000);
  std::ofstream(path, std::ios::binary) << line << large.body().substr(0, large.body().size() - 1);
  CHECK(send(sample).kind == Kind::acknowledged);
  CHECK(content(path) == line + line + line);
}

TEST_CASE_FIXTURE(Target, "another writer's unfinished text is kept") {
  const SampleBatch sample;
  std::ofstream(path, std::ios::binary) << "# my notes";
  CHECK(send(sample).kind == Kind::acknowledged);
  CHECK(content(path) == "# my notes\n" + sample.body());
}

TEST_CASE_FIXTURE(Target, "a file that was moved away is followed by a new one") {
  const SampleBatch sample;
  CHECK(send(sample).kind == Kind::acknowledged);
  std::filesystem::rename(path, path + ".1");
  CHECK(send(sample).kind == Kind::acknowledged);
  CHECK(content(path) == sample.body());
  CHECK(content(path + ".1") == sample.body());
}

TEST_CASE_FIXTURE(Target, "what cannot become a file is refused and named") {
  const SampleBatch sample;
  ::mkfifo((directory / "pipe").c_str(), 0600);
  for (const std::string& bad : {directory.path().string(), directory / "none/trace.ndjson",
                                 directory / "pipe", std::string("/dev/null"), std::string()}) {
    CAPTURE(bad);
    const auto result = file::make_file_transport(bad)->send(sample.batch(), soon());
    CHECK(result.kind == Kind::refused);
    CHECK(result.detail.find(bad) != std::string::npos);
  }
}

TEST_CASE_FIXTURE(Target, "a lock that others hold is waited for until the deadline") {
  const SampleBatch sample;
  CHECK(send(sample).kind == Kind::acknowledged);
  const int other = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(::flock(other, LOCK_EX) == 0);
  const auto result = transport->send(sample.batch(), std::chrono::steady_clock::now() + 20ms);
  CHECK(result.kind == Kind::retry_later);
  ::close(other);
  CHECK(send(sample).kind == Kind::acknowledged);
}

TEST_CASE_FIXTURE(Target, "writers at the same time never mix their lines") {
  constexpr int writers = 4;
  constexpr int sends = 50;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < writers; ++i) {
      threads.emplace_back([this, i] {
        const auto own = file::make_file_transport(path);
        SampleBatch sample;
        sample.add(fmt::format("run-w{}", i), 20, 200);
        for (int n = 0; n < sends; ++n) own->send(sample.batch(), soon());
      });
    }
  }
  std::ifstream in(path);
  int lines = 0;
  for (std::string line; std::getline(in, line); ++lines) {
    REQUIRE(line.starts_with("{\"runId\":"));
    REQUIRE(line.ends_with("]}"));
  }
  CHECK(lines == writers * sends * 2);
}
