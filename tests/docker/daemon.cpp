// SPDX-License-Identifier: Apache-2.0
#include "docker/daemon.hpp"

#include <cstdlib>

namespace trace::testing {

std::string reason_to_skip() {
  if (const char* reason = std::getenv("SHIPTRACE_NO_DOCKER")) return reason;
  const Finished version = docker({"version"});
  if (version.status.code != 0) {
    return "the Docker daemon does not respond; scripts/docker-daemon.sh starts one";
  }
  if (docker({"image", "inspect", test_image}).status.code != 0) {
    return "the daemon has no test image; scripts/docker-daemon.sh image loads it";
  }
  return "";
}

Finished docker(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "docker");
  return run({.argv = std::move(arguments)});
}

std::string docker_path() {
  std::string path = run({.argv = {"sh", "-c", "command -v docker"}}).output;
  path.pop_back();
  return path;
}

std::string docker_says(std::vector<std::string> arguments) {
  std::string text = docker(std::move(arguments)).output;
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::string left_by(std::string_view session) {
  return docker_says(
      {"ps", "--all", "--quiet", "--filter", "label=shiptrace.session=" + std::string(session)});
}

}  // namespace trace::testing
