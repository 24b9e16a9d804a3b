// SPDX-License-Identifier: Apache-2.0
// Files that we and a container hand each other: who may read them, what becomes the output, and
// what a container cannot make us do.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>

#include "capture/recorder.hpp"
#include "docker/daemon.hpp"
#include "docker/files.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

struct Observed {
  Ended ended;
  std::vector<EventPayload> events;
  std::string journal;
  const EventPayload& last() const { return events.back(); }
};

Observed contained(ContainerSpec spec) {
  Recorder recorder;
  spec.image = test_image;
  spec.timeout = 60s;
  Node node = recorder.node();
  const std::string journal(node.journal());
  REQUIRE_FALSE(journal.empty());
  Ended ended = run_container(std::move(node), std::move(spec));
  // Nothing of the container's files stays.
  CHECK_FALSE(std::filesystem::exists(std::filesystem::path(journal).parent_path() / "containers"));
  return {std::move(ended), recorder.events(), journal};
}

Observed run_shell(const std::string& script) { return contained({.argv = {"sh", "-c", script}}); }

void invalid(const std::string& script, const std::string& why) {
  const Observed observed = run_shell(script);
  CAPTURE(script);
  CHECK(observed.ended.code() == "OUTPUT_INVALID");
  CHECK(observed.ended.exit_status() == 1);
  CHECK_MESSAGE(observed.ended.text().find(why) != std::string_view::npos, observed.ended.text());
  CHECK(observed.last().type == Type::failed);
  REQUIRE(observed.last().error);
  CHECK(observed.last().error->code == "OUTPUT_INVALID");
  CHECK(has(observed.last().data, R"("exitCode":0)"));
}

}  // namespace

TEST_CASE("a container reads its input, and its result is the node's output") {
  const Observed observed = contained(
      {.argv = {"sh", "-c", "sed s/in/out/ $SHIPSEC_INPUT_PATH > $SHIPSEC_OUTPUT_PATH; echo log"},
       .input_file = R"({"direction":"in"})"});
  CHECK(observed.ended.ok());
  CHECK(observed.last().type == Type::completed);
  CHECK(observed.last().output_summary == R"({"direction":"out"})");
  CHECK(lines_of(observed.events, Stream::out) == Lines{"log"});
}

TEST_CASE("a container that leaves no result has its stdout as output, as ever") {
  CHECK(run_shell("echo '{\"a\":1}'").last().output_summary == R"({"a":1})");
  const Observed without = contained(
      {.argv = {"sh", "-c", "echo \"${SHIPSEC_OUTPUT_PATH-unset}\"; ls /"}, .result_file = false});
  CHECK(lines_of(without.events, Stream::out).front() == "unset");
  CHECK(run_shell("echo \"${SHIPSEC_INPUT_PATH-unset}\"").last().output_summary ==
        R"({"value":"unset\n"})");
}

TEST_CASE("any user of a container can use its files, and no other user of this machine") {
  const char* script = "cat $SHIPSEC_INPUT_PATH > $SHIPSEC_OUTPUT_PATH && id -u";
  for (const char* user : {"0", "12345", "12345:54321"}) {
    const Observed observed =
        contained({.argv = {"sh", "-c", script}, .user = user, .input_file = R"({"x":1})"});
    CHECK(observed.ended.ok());
    CHECK(observed.last().output_summary == R"({"x":1})");
    CHECK(has(observed.events.front().data, fmt::format("\"user\":\"{}\"", user)));
  }
  TempDir directory;
  auto files = docker::Files::make(directory / "S.journal", "name", "{}");
  REQUIRE(files);
  struct stat status {};
  for (std::filesystem::path path = std::filesystem::path(files->directory()).parent_path();
       path != directory.path(); path = path.parent_path()) {
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
  }
  REQUIRE(::stat(files->directory().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0777);
}

TEST_CASE("a result that is not JSON is OUTPUT_INVALID, and its text is kept") {
  const Observed observed = run_shell("echo 'found: 3' > $SHIPSEC_OUTPUT_PATH");
  CHECK(observed.ended.code() == "OUTPUT_INVALID");
  CHECK(observed.last().output_summary == R"({"value":"found: 3\n"})");
  invalid("printf '{\"a\":1' > $SHIPSEC_OUTPUT_PATH", "byte 7");
  invalid("printf '{\"a\":1}}' > $SHIPSEC_OUTPUT_PATH", "byte 8");
  invalid(": > $SHIPSEC_OUTPUT_PATH", "is empty");
}

TEST_CASE("the result of a container is not trusted") {
  invalid("ln -s /etc/passwd $SHIPSEC_OUTPUT_PATH", "symbolic link");
  invalid("mkfifo $SHIPSEC_OUTPUT_PATH", "not a regular file");
  invalid("mkdir $SHIPSEC_OUTPUT_PATH", "not a regular file");
  invalid("truncate -s 65M $SHIPSEC_OUTPUT_PATH", "larger than 64 MiB");
  // The place itself cannot be moved away; links beside it are not followed when all is removed.
  CHECK(run_shell("ln -s /etc /shipsec/link; mkdir -p /shipsec/a/b; touch /shipsec/a/b/c")
            .ended.ok());
  CHECK(std::filesystem::exists("/etc/passwd"));
}

TEST_CASE("a result that is not a regular file is never opened") {
  TempDir directory;
  auto files = docker::Files::make(directory / "S.journal", "name", std::nullopt);
  REQUIRE(files);
  // Opening a socket fails. (Nor may a device be: that needs root.)
  const std::string place = files->directory() + "/" + std::string(docker::result_name);
  REQUIRE(::mknod(place.c_str(), S_IFSOCK | 0666, 0) == 0);
  const docker::FoundResult found = files->result(Summariser());
  CHECK(found.kind == docker::FoundResult::Kind::invalid);
  CHECK(found.why == "result.json is not a regular file");
}

TEST_CASE("the failure of a program counts more than its result") {
  const Observed observed = run_shell("echo '{}' > $SHIPSEC_OUTPUT_PATH; exit 4");
  CHECK(observed.ended.code() == "PROCESS_EXIT");
  CHECK(observed.ended.exit_status() == 4);
}

TEST_CASE("a large result is summarised in one pass") {
  const Observed observed = run_shell(
      "{ echo '['; for i in $(seq 1 20000); do echo \"{\\\"n\\\":$i,\\\"text\\\":\\\"some "
      "finding\\\"},\"; "
      "done; echo '0]'; } > $SHIPSEC_OUTPUT_PATH");
  CHECK(observed.ended.ok());
  REQUIRE(observed.last().output_summary);
  CHECK(observed.last().output_summary->size() <= 16 * 1024);
  CHECK(has(observed.last().output_summary, "sha256"));
}

}  // namespace trace::testing
