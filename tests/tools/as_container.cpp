// SPDX-License-Identifier: Apache-2.0
// The tools in containers: `shiptrace docker`, with an image that has the tools of this machine.
// The executable is skipped without a daemon, like tests/docker.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "docker/daemon.hpp"
#include "tools_image.hpp"
#include "traced.hpp"

namespace trace::testing {

Arguments wrapped(Arguments options, Arguments argv) {
  Arguments all{"docker", "--run", "r", "--node", "n", "--network", "host", "--env", "LC_ALL"};
  all.insert(all.end(), options.begin(), options.end());
  all.insert(all.end(), {"--", tools_image});
  all.insert(all.end(), argv.begin(), argv.end());
  return all;
}

std::string fixture(std::string_view name) { return "/fixtures/" + std::string(name); }

bool finds(const std::string& program) {
  return docker({"run", "--rm", "--network", "none", tools_image, "sh", "-c", "command -v \"$0\"",
                 program})
             .status.code == 0;
}

bool nothing_is_left(const BackendOfTest& backend) {
  return docker_says({"ps", "--all", "--quiet", "--filter", "label=shiptrace.run=r"}) == "" &&
         !backend.journal().empty();
}

}  // namespace trace::testing

namespace {

int without(const std::string& reason) {
  std::printf("SKIPPED: tests with tools in containers: %s\n", reason.c_str());
  const char* required = std::getenv("SHIPTRACE_REQUIRE_DOCKER");
  const bool must = required != nullptr && std::string_view(required) == "1";
  return must && std::getenv("SHIPTRACE_NO_DOCKER") == nullptr ? 1 : 77;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace trace::testing;
  const std::string reason = reason_to_skip();
  if (!reason.empty()) return without(reason);
  const Finished made =
      run({.argv = {SHIPTRACE_TOOLS_FOLDER "/image.sh", tools_image}}, std::chrono::minutes(5));
  if (made.status.code != 0) return without("no image with the tools: " + made.errors);
  const int status = doctest::Context(argc, argv).run();
  docker({"image", "rm", "--force", tools_image});
  return status;
}
