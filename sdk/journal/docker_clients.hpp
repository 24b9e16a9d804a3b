// The docker clients that a session started containers with, as its journal notes them: whoever
// adopts the journal asks those of them that its own configuration names, too, for containers that
// are left. Written under the session's lock, read from a copy of the header.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal/format.hpp"

namespace trace::detail::journal {

// True when the program is among them now. False: it is empty, or there is no room.
bool add_docker_client(FileHeader& header, std::string_view program) noexcept;

// Which of our own clients (Config::docker_clients) the session notes. Only strings of ours are
// ever used; of the header's they are only compared with.
struct NotedClients {
  std::vector<std::string> ours;
  std::vector<std::string> others;  // that it notes and that are not ours: for a message
};
NotedClients noted_clients(const FileHeader& header, std::span<const std::string> ours);

}  // namespace trace::detail::journal
