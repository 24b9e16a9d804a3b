// SPDX-License-Identifier: Apache-2.0
// The Docker daemon of the tests in this folder: the one that `docker` talks to, with the image of
// scripts/docker-daemon.sh in it.
#pragma once

#include <string>
#include <vector>

#include "support/child.hpp"

namespace trace::testing {

inline const char* const test_image = "shiptrace/busybox:1";

// Why the tests cannot run here; "" when they can.
std::string reason_to_skip();

// One call of the docker client, and its stdout without the last newline.
Finished docker(std::vector<std::string> arguments);
std::string docker_path();
std::string docker_says(std::vector<std::string> arguments);

// The containers that a session left, running or not.
std::string left_by(std::string_view session);

}  // namespace trace::testing
