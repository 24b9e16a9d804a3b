// SPDX-License-Identifier: Apache-2.0
// Maps messages of the docker client to the error codes of docs/contract.md.
#pragma once

#include <trace/capture.hpp>

#include <string>

#include "docker/client.hpp"
#include "docker/container.hpp"

namespace trace::docker {

// Docker refused to run the container: PROCESS_EXIT with docker's exit code, because the contract
// has no code for it.
Ended::Facts refusal(std::string text);

// The docker client itself could not be started.
Ended::Facts client_failure(const child::StartFailure& failure);

// `docker create` failed. Asks the daemon if the message is ambiguous.
Ended::Facts creation_failure(DockerClient& client, const ContainerSpec& spec,
                              const ClientResult& result);

// The container exists and never started; `said` is the client's output.
Ended::Facts start_failure(const ContainerState& state, const std::string& said);

}  // namespace trace::docker
