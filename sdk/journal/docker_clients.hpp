// The docker clients that a session started containers with, as its journal notes them: whoever
// adopts the journal asks these, and no others, for containers that are left. Written under the
// session's lock, read from a copy of the header.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "journal/format.hpp"

namespace trace::detail {

// True when the program is among them now. False: it is empty, or there is no room.
bool add_docker_client(FileHeader& header, std::string_view program) noexcept;

std::vector<std::string> docker_clients(const FileHeader& header);

}  // namespace trace::detail
