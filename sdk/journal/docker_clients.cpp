// SPDX-License-Identifier: Apache-2.0
#include "journal/docker_clients.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <span>

namespace trace::detail::journal {
namespace {

// The first program; empty: none.
std::string_view first_in(std::span<const char> text) noexcept {
  const void* end = text.empty() ? nullptr : std::memchr(text.data(), '\0', text.size());
  if (end == nullptr) return {};
  return {text.data(), static_cast<std::size_t>(static_cast<const char*>(end) - text.data())};
}

}  // namespace

bool add_docker_client(FileHeader& header, std::string_view program) noexcept {
  if (program.empty() || program.find('\0') != std::string_view::npos) return false;
  std::span<char> rest(header.docker_clients);
  for (;;) {
    const std::string_view known = first_in(rest);
    if (known == program) return true;
    if (known.empty()) break;
    rest = rest.subspan(known.size() + 1);
  }
  // Two NULs must follow: the program's and the list's, in case the header was damaged.
  if (program.size() + 2 > rest.size() || rest.front() != '\0') return false;
  // The first byte is written last: without it there is no program, whenever this process dies.
  std::memcpy(rest.data() + 1, program.data() + 1, program.size() - 1);
  std::atomic_signal_fence(std::memory_order_release);
  rest[0] = program[0];
  return true;
}

NotedClients noted_clients(const FileHeader& header, std::span<const std::string> ours) {
  NotedClients noted;
  std::span<const char> rest(header.docker_clients);
  for (;;) {
    const std::string_view program = first_in(rest);
    if (program.empty()) return noted;
    rest = rest.subspan(program.size() + 1);
    const auto same = std::find(ours.begin(), ours.end(), program);
    if (same != ours.end()) {
      noted.ours.push_back(*same);
    } else {
      noted.others.emplace_back(program);
    }
  }
}

}  // namespace trace::detail::journal
