// SPDX-License-Identifier: Apache-2.0
#include "child/spawn.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <trace/detail/search_path.hpp>

#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>

#include "child/launch.hpp"
#include "child/standard_input.hpp"

namespace trace::child {
namespace {

constexpr const char* not_found = "COMMAND_NOT_FOUND";
constexpr const char* not_executable = "COMMAND_NOT_EXECUTABLE";

std::string words(int error) { return std::generic_category().message(error); }

bool is_file(const std::string& path, int directory) {
  struct stat status {};
  return ::fstatat(directory, path.c_str(), &status, 0) == 0 && S_ISREG(status.st_mode);
}

// The file to execute, as a shell finds it: PATH is searched unless the name has a '/'.
// `directory`: where relative entries begin, a descriptor or AT_FDCWD.
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

// Both ends of the child's standard streams.
struct Connections {
  Streams streams{};
  FileDescriptor in, out, err;  // ours
  std::vector<FileDescriptor> childs;
};

Connections connect(const Command& command) {
  Connections between;
  const auto childs = [&](FileDescriptor descriptor) {
    return between.childs.emplace_back(std::move(descriptor)).get();
  };
  if (command.terminal) {
    PseudoTerminal terminal = make_terminal(*command.terminal, command.raw_terminal);
    between.in = opened(::fcntl(terminal.ours.get(), F_DUPFD_CLOEXEC, 3),
                        "cannot duplicate a pseudo terminal");
    between.out = std::move(terminal.ours);
    const int end = childs(std::move(terminal.childs));
    between.streams = {end, end, end, true};
    return between;
  }
  if (command.input.descriptor >= 0 || !command.input.text.empty()) {
    FileDescriptor in = readable_input(command.input);
    if (!in) {
      Pipe pipe = make_pipe();
      in = std::move(pipe.read);
      between.in = std::move(pipe.write);
    }
    between.streams.in = childs(std::move(in));
  }
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  between.out = std::move(out.read);
  between.err = std::move(err.read);
  between.streams.out = childs(std::move(out.write));
  between.streams.err = childs(std::move(err.write));
  return between;
}

void reap(pid_t pid) noexcept {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

std::variant<Spawned, StartFailure> spawn(const Command& command) try {
  FileDescriptor directory;
  if (const std::string& path = command.working_directory; !path.empty()) {
    directory = FileDescriptor(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return cannot_start(errno, path);
  }
  const std::vector<std::string>& argv = command.argv;
  for (const std::string& argument : argv) {
    if (argument.find('\0') != std::string::npos) {
      return StartFailure{not_executable, "an argument contains a NUL byte"};
    }
  }
  const int seen_from = directory ? directory.get() : AT_FDCWD;
  const auto program = find_program(argv.empty() ? std::string() : argv.front(), seen_from);
  if (const auto* failure = std::get_if<StartFailure>(&program)) return *failure;
  const std::string& path = std::get<std::string>(program);

  Connections between = connect(command);
  Launched launched = launch(path, argv, between.streams, directory.get());
  if (launched.pid < 0) return cannot_start(launched.error, "cannot start a process");
  if (launched.failed_at != Launched::At::nowhere) {
    reap(launched.pid);
    if (launched.failed_at == Launched::At::exec) {
      return exec_failure(path, launched.error, seen_from);
    }
    return cannot_start(launched.error, "cannot prepare the process");
  }
  try {
    launched.ended = above_standard(std::move(launched.ended));
  } catch (const std::system_error&) {
    ::kill(-launched.pid, SIGKILL);
    reap(launched.pid);
    throw;
  }
  return Spawned{launched.pid, std::move(launched.ended), std::move(between.out),
                 std::move(between.err), std::move(between.in)};
} catch (const std::system_error& error) {
  return cannot_start(error.code().value(), "cannot start a process");
}

}  // namespace trace::child
