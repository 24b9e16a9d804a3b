#include "docker/failure.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "child/exhaustion.hpp"
#include "docker/words.hpp"

namespace trace::docker {
namespace {

constexpr int client_failed = 125;  // docker's own code for a container that it could not run

}  // namespace

Ended::Facts refusal(std::string text) {
  if (text.empty()) text = "the docker client failed without a word";
  return {
      .code = "PROCESS_EXIT", .text = std::move(text), .refused = true, .exit_code = client_failed};
}

Ended::Facts client_failure(const child::StartFailure& failure) {
  const bool exhausted = failure.code == child::resource_exhausted;
  return {.code = exhausted ? failure.code : "DOCKER_UNAVAILABLE",
          .text = fmt::format("the docker client cannot be started: {}", failure.text)};
}

Ended::Facts creation_failure(DockerClient& client, const ContainerSpec& spec,
                              const Answer& answer) {
  if (answer.not_started) return client_failure(*answer.not_started);
  const Answer version = client.ask_version();
  if (version.not_started) return client_failure(*version.not_started);
  if (!version.ok()) {
    return {.code = "DOCKER_UNAVAILABLE",
            .text = fmt::format("no Docker daemon answers: {}", answer.complaint())};
  }
  if (says_image_missing(answer.err)) {
    return {.code = "IMAGE_NOT_FOUND",
            .text = fmt::format("the image {} is not here and cannot be pulled: {}", spec.image,
                                answer.complaint())};
  }
  return refusal(answer.complaint());
}

Ended::Facts start_failure(const ContainerState& state, const std::string& said) {
  Answer answer;
  answer.err = said;
  std::string text = state.error.empty() ? answer.complaint() : state.error;
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::erase(text, '\r');  // of a terminal
  // Docker's exit codes for the two, kept in the state of a container that never ran.
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
