// SPDX-License-Identifier: Apache-2.0
#include "attack/files/place.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace trace::testing {

using Steady = std::chrono::steady_clock;

Place::Place() { std::filesystem::create_directory(directory()); }

Outcome Place::run(std::vector<std::string> arguments,
                   const std::map<std::string, std::string>& environment) const {
  arguments.insert(arguments.begin(), SHIPTRACE_CLI_BINARY);
  arguments.insert(arguments.end(),
                   {"--transport", "file", "--endpoint", endpoint(), "--journal-dir", directory()});
  const auto start = Steady::now();
  Child child({.argv = std::move(arguments),
               .env = environment,
               .without_env = {"SHIPTRACE_ENDPOINT", "SHIPTRACE_TOKEN", "SHIPTRACE_TOKEN_FILE"}});
  Outcome outcome;
  outcome.code = child.wait(std::chrono::seconds(100)).code;
  outcome.time = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - start);
  outcome.errors = child.errors();
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  outcome.peak_mib = usage.ru_maxrss / 1024;
  return outcome;
}

Outcome Place::recover(const std::map<std::string, std::string>& environment) const {
  return run({"recover"}, environment);
}

Outcome Place::record(const std::map<std::string, std::string>& environment) const {
  return run({"record", "--run", "r", "--node", "n", "--type", "PROGRESS", "--message", "text"},
             environment);
}

std::size_t Place::delivered() const {
  const std::string text = content_of(endpoint());
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::string Place::program(const std::string& name) const {
  const std::string path = outside(name);
  write_file(path, "#!/bin/sh\ntouch " + outside("was-run") + "\n", 0755);
  return path;
}

bool Place::was_run() const { return std::filesystem::exists(outside("was-run")); }

std::string Place::empty_docker() const {
  const std::string path = outside("docker-client");
  write_file(path, "#!/bin/sh\nexit 0\n", 0755);
  return path;
}

std::string Place::precious(const std::string& path) const {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  write_file(path, "precious");
  return path;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, const std::string& content, unsigned mode) {
  std::ofstream(path, std::ios::binary) << content;
  std::filesystem::permissions(path, static_cast<std::filesystem::perms>(mode));
}

void give_to(const std::string& path, unsigned uid) {
  if (lchown(path.c_str(), uid, uid) != 0) {
    throw std::system_error(errno, std::generic_category(), "chown " + path);
  }
}

}  // namespace trace::testing
