// SPDX-License-Identifier: Apache-2.0
// Recognises messages of the docker clients: docker of each version, and podman. The only place
// that knows their text. Pure functions, any thread.
#pragma once

#include <string_view>

#include "docker/client.hpp"

namespace trace::docker {

// No such container.
bool says_gone(const ClientResult& result);

// No response: the client could not be started, timed out, or found no daemon. A daemon that is
// restarting looks the same.
bool is_silence(const ClientResult& result);

// The image is missing and cannot be pulled, or its name is invalid.
bool says_image_missing(std::string_view words);

// The daemon cannot see the directory to mount: it runs on another machine.
bool says_mount_missing(std::string_view words);

// The container's command could not be executed.
bool says_command_missing(std::string_view words);
bool says_command_not_executable(std::string_view words);

// The text may begin a client's message that a container cannot be started.
bool may_begin_client_error(std::string_view text);

// A program's message that a name could not be resolved.
bool says_lookup_failed(std::string_view text);

}  // namespace trace::docker
