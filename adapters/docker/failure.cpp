// SPDX-License-Identifier: Apache-2.0
#include "docker/failure.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "child/exhaustion.hpp"
#include "docker/client_messages.hpp"

namespace trace::docker {
namespace {

constexpr int client_failed = 125;  // docker's exit code when it cannot run a container

}  // namespace

Ended::Facts refusal(std::string text) {
  if (text.empty()) text = "the docker client failed without a message";
  return {
      .code = "PROCESS_EXIT", .text = std::move(text), .refused = true, .exit_code = client_failed};
}

Ended::Facts client_failure(const child::StartFailure& failure) {
  const bool exhausted = failure.code == child::resource_exhausted;
  return {.code = exhausted ? failure.code : "DOCKER_UNAVAILABLE",
          .text = fmt::format("cannot start the docker client: {}", failure.text)};
}

Ended::Facts creation_failure(DockerClient& client, const ContainerSpec& spec,
                              const ClientResult& result) {
  if (result.not_started) return client_failure(*result.not_started);
  const ClientResult version = client.ask_version();
  if (version.not_started) return client_failure(*version.not_started);
  if (!version.ok()) {
    return {.code = "DOCKER_UNAVAILABLE",
            .text = fmt::format("the Docker daemon does not respond: {}", result.error_line())};
  }
  if (says_image_missing(result.err)) {
    return {.code = "IMAGE_NOT_FOUND",
            .text = fmt::format("the image {} is not present and cannot be pulled: {}", spec.image,
                                result.error_line())};
  }
  return refusal(result.error_line());
}

Ended::Facts start_failure(const ContainerState& state, const std::string& said) {
  ClientResult result;
  result.err = said;
  std::string text = state.error.empty() ? result.error_line() : state.error;
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::erase(text, '\r');  // of a terminal
  // Docker's exit codes for both, in the state of a container that never ran.
  if (state.exit_code == 127) return {.code = "COMMAND_NOT_FOUND", .text = std::move(text)};
  if (state.exit_code == 126) return {.code = "COMMAND_NOT_EXECUTABLE", .text = std::move(text)};
  if (says_command_missing(text)) {
    return {.code = "COMMAND_NOT_FOUND", .text = std::move(text)};
  }
  if (says_command_not_executable(text)) {
    return {.code = "COMMAND_NOT_EXECUTABLE", .text = std::move(text)};
  }
  return refusal(std::move(text));
}

}  // namespace trace::docker
