// SPDX-License-Identifier: Apache-2.0
#include "child/control_group.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <utility>

#include "child/file_descriptor.hpp"

namespace trace::child {
namespace {

// Between readings of the usage: the pause doubles up to a maximum.
constexpr std::chrono::milliseconds first_pause{25};
constexpr std::chrono::milliseconds longest_pause{500};

// Whether a list such as "cpu,cpuacct" contains the word.
bool contains(const std::string& list, const std::string& word) {
  return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

// The content of a file, empty if it cannot be read. Close-on-exec, which std::ifstream is not: a
// thread of the host may start a program meanwhile.
std::istringstream content_of(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string content;
  char piece[4096];
  for (ssize_t got = 0; file && (got = ::read(file.get(), piece, sizeof piece)) > 0;) {
    content.append(piece, static_cast<std::size_t>(got));
  }
  return std::istringstream(std::move(content));
}

// The value of `name` in lines of "name value".
std::optional<std::uint64_t> number_of(const std::string& path, std::string_view name) {
  std::istringstream file = content_of(path);
  std::string word;
  for (std::uint64_t number = 0; file >> word >> number;) {
    if (word == name) return number;
  }
  return std::nullopt;
}

// A mount point of a hierarchy, and the part of it that is mounted.
struct Mount {
  std::string directory;
  std::string root;

  // Empty if the group is not below it.
  std::string directory_of(std::string_view group) const {
    if (directory.empty() || group.find("/..") != std::string_view::npos) return {};
    if (root != "/") {
      if (!group.starts_with(root)) return {};
      group.remove_prefix(root.size());
    }
    return directory + (group == "/" ? std::string() : std::string(group));
  }
};

struct Mounts {
  Mount unified, memory, cpu;  // version 2; version 1

  // /proc/self/mountinfo: "id parent device root directory … - kind source options"
  Mounts() {
    std::istringstream file = content_of("/proc/self/mountinfo");
    for (std::string line; std::getline(file, line);) {
      const std::size_t dash = line.find(" - cgroup");
      if (dash == std::string::npos) continue;
      Mount mount;
      std::string skipped, kind, options;
      std::istringstream(line) >> skipped >> skipped >> skipped >> mount.root >> mount.directory;
      std::istringstream(line.substr(dash + 3)) >> kind >> skipped >> options;
      if (kind == "cgroup2") unified = mount;
      if (kind == "cgroup" && contains(options, "memory")) memory = mount;
      if (kind == "cgroup" && contains(options, "cpuacct")) cpu = mount;
    }
  }
};

}  // namespace

ControlGroup ControlGroup::of(pid_t pid) {
  const Mounts mounts;
  ControlGroup group;
  std::string unified;
  std::istringstream file = content_of("/proc/" + std::to_string(pid) + "/cgroup");
  std::string id, controllers, path;
  while (std::getline(file, id, ':') && std::getline(file, controllers, ':') &&
         std::getline(file, path)) {
    if (controllers.empty()) unified = mounts.unified.directory_of(path);
    if (contains(controllers, "memory")) group.memory_ = mounts.memory.directory_of(path);
    if (contains(controllers, "cpuacct")) group.cpu_ = mounts.cpu.directory_of(path);
  }
  if (group) return group;
  group.memory_ = group.cpu_ = unified;
  group.unified_ = true;
  return group;
}

ControlGroup ControlGroup::at(const std::vector<std::string>& paths) {
  const Mounts mounts;
  for (const std::string& path : paths) {
    ControlGroup group;
    const auto below = [&](const Mount& mount) {
      const std::string directory = mount.directory + "/" + path;
      std::error_code error;
      const bool exists =
          !mount.directory.empty() && std::filesystem::is_directory(directory, error);
      return exists ? directory : std::string();
    };
    group.memory_ = below(mounts.memory);
    group.cpu_ = below(mounts.cpu);
    if (group) return group;
    group.memory_ = group.cpu_ = below(mounts.unified);
    group.unified_ = true;
    if (group) return group;
  }
  return {};
}

std::optional<std::uint64_t> ControlGroup::out_of_memory_kills() const {
  if (memory_.empty()) return std::nullopt;
  return number_of(memory_ + (unified_ ? "/memory.events" : "/memory.oom_control"), "oom_kill");
}

std::optional<Usage> ControlGroup::usage() const {
  if (memory_.empty() || cpu_.empty()) return std::nullopt;
  const std::string cpu = cpu_ + (unified_ ? "/cpu.stat" : "/cpuacct.stat");
  const auto user = number_of(cpu, unified_ ? "user_usec" : "user");
  const auto system = number_of(cpu, unified_ ? "system_usec" : "system");
  const auto memory = number_of(memory_ + "/memory.stat", unified_ ? "anon" : "total_rss");
  if (!user || !system || !memory) return std::nullopt;
  // Version 1 counts clock ticks.
  const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  const auto time = [&](std::uint64_t number) {
    return std::chrono::milliseconds(unified_ ? number / 1000 : number * 1000 / ticks);
  };
  return Usage{.user = time(*user), .system = time(*system), .max_rss_bytes = *memory};
}

UsageReadings::UsageReadings(Loop& loop, std::vector<std::string> places)
    : Timed(loop),
      places_(std::move(places)),
      pause_(first_pause),
      due_(Steady::now() + first_pause) {}

void UsageReadings::tick(Steady::time_point now) {
  pause_ = std::min(pause_ * 2, longest_pause);
  due_ = now + pause_;
  if (!group_) group_ = ControlGroup::at(places_);
  if (!group_) return;
  auto read = group_.usage();
  if (!read) return;
  if (last_) read->max_rss_bytes = std::max(read->max_rss_bytes, last_->max_rss_bytes);
  last_ = read;
}

}  // namespace trace::child
