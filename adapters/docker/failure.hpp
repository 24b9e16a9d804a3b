// Why a container did not run: the codes of docs/contract.md behind the docker client's words.
#pragma once

#include <trace/capture.hpp>

#include <string>

#include "docker/client.hpp"
#include "docker/container.hpp"

namespace trace::docker {

// Docker's own refusals have no code of their own: PROCESS_EXIT with docker's exit code for a
// container that it could not run.
Ended::Facts refusal(std::string text);

// The docker client itself could not be started.
Ended::Facts client_failure(const child::StartFailure& failure);

// `docker create` failed. Asks the daemon when the words leave it open.
Ended::Facts creation_failure(DockerClient& client, const ContainerSpec& spec,
                              const Answer& answer);

// The container exists and never started; `said` is what the client wrote.
Ended::Facts start_failure(const ContainerState& state, const std::string& said);

}  // namespace trace::docker
