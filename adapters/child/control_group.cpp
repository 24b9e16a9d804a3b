// SPDX-License-Identifier: Apache-2.0
#include "child/control_group.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>

#include "child/file_descriptor.hpp"

namespace trace::child {
namespace {

std::string content(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char piece[4096];
  ssize_t bytes = 0;
  while (file && (bytes = ::read(file.get(), piece, sizeof piece)) > 0) {
    text.append(piece, static_cast<std::size_t>(bytes));
  }
  return text;
}

std::string_view take(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

bool contains(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    if (take(list, ',') == word) return true;
  }
  return false;
}

// The value of `name` in lines of "name value".
std::optional<std::uint64_t> number_of(const std::string& file, std::string_view name) {
  const std::string text = content(file);
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view line = take(rest, '\n');
    if (take(line, ' ') != name) continue;
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(line.data(), line.data() + line.size(), number);
    return parsed.ec == std::errc() ? std::optional(number) : std::nullopt;
  }
  return std::nullopt;
}

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
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

  Mounts() {
    const std::string text = content("/proc/self/mountinfo");
    std::string_view rest = text;
    while (!rest.empty()) {
      std::string_view line = take(rest, '\n');
      const std::size_t dash = line.find(" - ");
      if (dash == std::string_view::npos) continue;
      std::string_view system = line.substr(dash + 3);
      const std::string_view kind = take(system, ' ');
      take(system, ' ');  // the source
      if (!kind.starts_with("cgroup")) continue;
      for (int i = 0; i < 3; ++i) take(line, ' ');
      const std::string_view root = take(line, ' ');
      const Mount mount{std::string(take(line, ' ')), std::string(root)};
      if (kind == "cgroup2") {
        unified = mount;
      } else {
        if (contains(system, "memory")) memory = mount;
        if (contains(system, "cpuacct")) cpu = mount;
      }
    }
  }
};

}  // namespace

ControlGroup ControlGroup::of(pid_t pid) {
  const Mounts mounts;
  ControlGroup group;
  std::string unified;
  const std::string text = content("/proc/" + std::to_string(pid) + "/cgroup");
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view line = take(rest, '\n');
    take(line, ':');
    const std::string_view controllers = take(line, ':');
    if (controllers.empty()) unified = mounts.unified.directory_of(line);
    if (contains(controllers, "memory")) group.memory_ = mounts.memory.directory_of(line);
    if (contains(controllers, "cpuacct")) group.cpu_ = mounts.cpu.directory_of(line);
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
      const std::string directory = mount.directory.empty() ? "" : mount.directory + "/" + path;
      return is_directory(directory) ? directory : std::string();
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

}  // namespace trace::child
