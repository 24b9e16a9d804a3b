// Container capture where Docker is missing.
#include <doctest/doctest.h>
#include <stdlib.h>

#include "capture/recorder.hpp"

namespace trace::testing {
namespace {

void check_unavailable(ContainerSpec spec) {
  Recorder recorder;
  const Ended ended = run_container(recorder.node(), std::move(spec));
  const auto events = recorder.events();
  CHECK(ended.code() == "DOCKER_UNAVAILABLE");
  CHECK(ended.exit_status() == 125);
  REQUIRE(events.size() == 2);
  CHECK(events[0].type == Type::started);
  REQUIRE(events[1].error);
  CHECK(events[1].error->code == "DOCKER_UNAVAILABLE");
}

}  // namespace

TEST_CASE("without a docker client") {
  check_unavailable({.image = "i", .docker = "shiptrace-no-such-client"});
}

TEST_CASE("without a daemon") {
  TempDir directory;
  // A client that is not installed is as unavailable as a daemon that does not answer.
  const char* before = ::getenv("DOCKER_HOST");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("DOCKER_HOST", ("unix://" + (directory / "none.sock")).c_str(), 1);
  check_unavailable({.image = "i"});
  if (before == nullptr) {
    ::unsetenv("DOCKER_HOST");
  } else {
    ::setenv("DOCKER_HOST", kept.c_str(), 1);
  }
}

}  // namespace trace::testing
