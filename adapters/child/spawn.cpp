// SPDX-License-Identifier: Apache-2.0
#include "child/spawn.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <system_error>

#include "child/launch.hpp"
#include "child/pseudo_terminal.hpp"
#include "child/standard_input.hpp"

namespace trace::child {
namespace {

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
    between.in = FileDescriptor(::fcntl(terminal.ours.get(), F_DUPFD_CLOEXEC, 3));
    if (!between.in)
      throw std::system_error(errno, std::generic_category(), "cannot duplicate a pseudo terminal");
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
      return StartFailure{"COMMAND_NOT_EXECUTABLE", "an argument contains a NUL byte"};
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
