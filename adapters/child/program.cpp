// SPDX-License-Identifier: Apache-2.0
#include "child/program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <trace/detail/search_path.hpp>

#include <cerrno>
#include <string_view>
#include <system_error>

#include "child/exhaustion.hpp"

namespace trace::child {
namespace {

constexpr const char* not_found = "COMMAND_NOT_FOUND";
constexpr const char* not_executable = "COMMAND_NOT_EXECUTABLE";

std::string words(int error) { return std::generic_category().message(error); }

bool is_file(const std::string& path, int directory) {
  struct stat status {};
  return ::fstatat(directory, path.c_str(), &status, 0) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

std::variant<std::string, StartFailure> find_program(const std::string& name, int directory) {
  if (name.empty()) return StartFailure{not_found, "the command is empty"};
  if (name.find('/') != std::string::npos) return name;
  const std::string path = detail::search_path();
  std::string denied;
  std::string_view rest = path;
  for (bool more = true; more;) {
    const std::size_t colon = rest.find(':');
    more = colon != std::string_view::npos;
    std::string candidate(rest.substr(0, colon));
    if (more) rest.remove_prefix(colon + 1);
    candidate += candidate.empty() ? "./" : "/";
    candidate += name;
    if (!is_file(candidate, directory)) continue;
    if (::faccessat(directory, candidate.c_str(), X_OK, AT_EACCESS) == 0) return candidate;
    if (denied.empty()) denied = candidate;
  }
  if (!denied.empty()) return StartFailure{not_executable, denied + ": " + words(EACCES)};
  return StartFailure{not_found, name + ": command not found"};
}

StartFailure cannot_start(int error, const std::string& what) {
  return {is_exhaustion(error) ? resource_exhausted : not_executable,
          fmt::format("{}: {}", what, words(error))};
}

StartFailure exec_failure(const std::string& path, int error, int directory) {
  if (is_exhaustion(error)) return cannot_start(error, path);
  if ((error == ENOENT && is_file(path, directory))) {
    return {not_executable, path + ": interpreter not found"};
  }
  const bool missing = error == ENOENT || error == ENOTDIR;
  return {missing ? not_found : not_executable, fmt::format("{}: {}", path, words(error))};
}

}  // namespace trace::child
