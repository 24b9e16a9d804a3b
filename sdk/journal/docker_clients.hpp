// SPDX-License-Identifier: Apache-2.0
// The docker clients that a session started containers with, as noted in its journal. The adopter
// calls those of them that its own configuration names to remove containers that are left. Written
// under the session's lock, read from a copy of the header.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal/format.hpp"

namespace trace::detail::journal {

// True if the program is in the list now. False: it is empty, or there is no room.
bool add_docker_client(FileHeader& header, std::string_view program) noexcept;

// The clients of our own configuration (Config::docker_clients) that the session noted. Only our
// strings are ever used; the header's are only compared.
struct NotedClients {
  std::vector<std::string> ours;
  std::vector<std::string> others;  // noted, but not ours: for a message
};
NotedClients noted_clients(const FileHeader& header, std::span<const std::string> ours);

}  // namespace trace::detail::journal
