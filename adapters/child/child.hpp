// SPDX-License-Identifier: Apache-2.0
// Child: a process whose output is delivered as it is read and whose exit is awaited.
//
// A child has ended when its process has exited and its output has been read. If a grandchild keeps
// the pipes open, its process group is killed after a moment (counting only time in which output
// may be read), and what the pipes contain is read. No process of the group is left after that.
//
// Runs on the thread of its Loop.
#pragma once

#include <sys/types.h>
#include <trace/capture.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "child/loop.hpp"
#include "child/spawn.hpp"

namespace trace::child {

// How the process ended. All unknown if somebody else reaped it (a host program that ignores
// SIGCHLD or waits for every child).
struct ExitStatus {
  std::optional<int> code = {};
  std::optional<int> signal = {};
  std::optional<Usage> usage = {};
};

class Child {
 public:
  using Output = std::function<void(Stream, std::string_view bytes)>;
  // Whether output may be read now; if not, the child blocks once its pipe is full. Called before
  // each wait of the loop.
  using MayRead = std::function<bool(Stream)>;

  Child(Loop& loop, Output output, MayRead may_read = {});
  ~Child();  // kills the process group if the child has not ended
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Starts the process, once; returns the reason if that fails.
  std::optional<StartFailure> start(const Command& command);

  // Sends SIGTERM to the process group (and to the process, if it has left the group).
  void terminate() noexcept;
  // Sends SIGKILL in the same way.
  void kill() noexcept;
  // Closes our end of the stream: the child's next write fails with a broken pipe.
  void close_output(Stream stream) noexcept;

  bool ended() const noexcept;
  pid_t pid() const noexcept;
  const ExitStatus& status() const noexcept;  // after the end

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace trace::child
