// SupervisedChild: one child process from its start to its certain end. Its output is read as it
// comes; a time-out or a stop request ends it, softly first and by force after the grace.
//
// The child leads a process group of its own and is killed by the kernel when the thread that runs
// it ends, so a dying worker leaves nothing behind. Everything happens on the calling thread; the
// stop request may come from any.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <trace/event.hpp>

namespace trace::child {

struct ChildSpec {
  std::vector<std::string> argv = {};
  std::string working_directory = {};
  std::chrono::milliseconds timeout{0};   // 0: none
  std::chrono::milliseconds grace{5000};  // between the two ways to end it
  // Called once the child runs, with its process id.
  std::function<void(int)> on_started = {};
  std::function<void(Stream, std::string_view)> on_output = {};
  // Ends what the child stands for, when signals to its process group are not enough; must not
  // block. Called before the group gets SIGTERM.
  std::function<void()> on_ending = {};
};

struct ChildEnd {
  int start_error = 0;  // errno of a child that could not be started, else 0
  std::optional<int> exit_code = {};
  std::optional<int> signal = {};
  bool timed_out = false;
  bool stopped = false;
  std::chrono::milliseconds duration{0};
};

// Runs the child and waits for its end. A grandchild that keeps the output open does not hold up
// the answer.
ChildEnd run_child(const ChildSpec& spec, std::stop_token stop);

// The program that `name` stands for: a path as it is, a name looked up in PATH; else nothing with
// `error` ENOENT or EACCES.
std::optional<std::string> find_program(const std::string& name, int& error);

}  // namespace trace::child
