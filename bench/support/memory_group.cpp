// SPDX-License-Identifier: Apache-2.0
#include "support/memory_group.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace trace::bench {
namespace {

// Where the groups of the hierarchy that limits memory are, with that of this process.
struct Place {
  std::string directory;
  const char* limit_file;
};

Place own_group() {
  std::ifstream groups("/proc/self/cgroup");
  std::string unified;
  for (std::string line; std::getline(groups, line);) {  // number:controllers:path
    const std::size_t path = line.find(':', line.find(':') + 1) + 1;
    const std::string controllers = line.substr(line.find(':') + 1, path - line.find(':') - 2);
    if (controllers == "memory") {
      return {"/sys/fs/cgroup/memory" + line.substr(path), "memory.limit_in_bytes"};
    }
    if (controllers.empty()) unified = line.substr(path);
  }
  return {"/sys/fs/cgroup" + unified, "memory.max"};
}

void write_to(const std::string& file, const std::string& value) {
  const int fd = open(file.c_str(), O_WRONLY | O_CLOEXEC);
  const bool written =
      fd >= 0 && write(fd, value.data(), value.size()) == static_cast<ssize_t>(value.size());
  const int reason = errno;
  if (fd >= 0) close(fd);
  if (!written) throw std::runtime_error(fmt::format("{}: {}", file, std::strerror(reason)));
}

}  // namespace

MemoryGroup::MemoryGroup(std::uint64_t limit) {
  const Place place = own_group();
  path_ = fmt::format("{}/shiptrace-bench-{}", place.directory, getpid());
  if (mkdir(path_.c_str(), 0755) != 0) {
    throw std::runtime_error(fmt::format("{}: {}", path_, std::strerror(errno)));
  }
  try {
    write_to(path_ + "/" + place.limit_file, std::to_string(limit));
  } catch (...) {
    rmdir(path_.c_str());
    throw;
  }
}

MemoryGroup::~MemoryGroup() { rmdir(path_.c_str()); }

void MemoryGroup::join() const { write_to(path_ + "/cgroup.procs", std::to_string(getpid())); }

}  // namespace trace::bench
