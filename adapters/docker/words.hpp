// What the docker clients say, docker's of each version and podman's, and what it means. The one
// place that knows their words; everything else asks here. Pure functions, any thread.
#pragma once

#include <string_view>

#include "docker/client.hpp"

namespace trace::docker {

// There is no such container.
bool says_gone(const Answer& answer);

// Nobody answered: the client could not be started, took too long, or found no daemon. What holds
// the daemon back for a moment, such as its restart, looks the same.
bool is_silence(const Answer& answer);

// The image is not here and cannot be had, or its name is none.
bool says_image_missing(std::string_view words);

// The daemon does not see the directory that is to be mounted: it runs elsewhere.
bool says_mount_missing(std::string_view words);

// Why the container's command could not be executed.
bool says_command_missing(std::string_view words);
bool says_command_not_executable(std::string_view words);

// How a client's complaint that a container cannot be started may begin.
bool may_begin_complaint(std::string_view text);

// A program's words for a name that could not be resolved.
bool says_lookup_failed(std::string_view text);

}  // namespace trace::docker
