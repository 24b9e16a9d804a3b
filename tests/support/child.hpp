// SPDX-License-Identifier: Apache-2.0
// A child process of a test: started with an argument list, its output collected as it comes, and
// never outliving the test.
//
// One thread uses a Child; a thread of its own drains the child's stdout and stderr, so that a
// full pipe never stops it. The kernel kills the child when the thread that started it exits.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace trace::testing {

struct Command {
  std::vector<std::string> argv = {};           // argv[0] is looked up in PATH without a '/'
  std::map<std::string, std::string> env = {};  // added to this process's environment
  std::vector<std::string> without_env = {};    // names removed from it
  std::string input = {};                       // the child's stdin; then end of file
  std::string working_directory = {};           // empty: this process's
};

// How a child ended: its exit code, or the signal that killed it.
struct ExitStatus {
  int code = -1;   // -1 when a signal ended it
  int signal = 0;  // 0 when it exited
  bool operator==(const ExitStatus&) const = default;
};

class Child {
 public:
  // Throws std::system_error when no process can be made. A program that cannot be executed ends
  // with code 127.
  explicit Child(Command command);
  ~Child();  // SIGKILL, unless it has ended
  Child(Child&&) noexcept;
  Child& operator=(Child&&) noexcept;

  pid_t pid() const noexcept;
  void signal(int number) noexcept;

  // The first line that the child wrote to stdout, without its end. Throws std::runtime_error
  // with everything that it wrote when it ends or the time is over before there is one.
  std::string first_line(std::chrono::milliseconds timeout = std::chrono::seconds(20));

  // Waits until stdout (or stderr) contains `text`; false when the time is over or the child
  // closed the stream without it.
  bool wait_for_output(const std::string& text,
                       std::chrono::milliseconds timeout = std::chrono::seconds(20));
  bool wait_for_errors(const std::string& text,
                       std::chrono::milliseconds timeout = std::chrono::seconds(20));

  // Waits for the end. Kills the child and throws std::runtime_error when the time is over.
  ExitStatus wait(std::chrono::milliseconds timeout = std::chrono::seconds(60));

  // Everything on stdout and stderr so far; all of it after wait().
  std::string output() const;
  std::string errors() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Runs a command to its end.
struct Finished {
  ExitStatus status;
  std::string output;
  std::string errors;
};
Finished run(Command command, std::chrono::milliseconds timeout = std::chrono::seconds(60));

}  // namespace trace::testing
