// Child: a process whose output is passed on as it is read, and whose end is known.
//
// A child has ended when its process has exited and its output has been read. A grandchild that
// keeps the pipes open holds that up for a moment only (of the time in which output
// may be read): then
// its process group is killed, what the pipes hold is read, and that is the end. Nothing of the
// group is alive after it.
//
// Works on the thread of its Loop.
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

// How the process ended. Nothing is known when somebody else took its status (a host program
// that ignores SIGCHLD or reaps every child).
struct ExitStatus {
  std::optional<int> code = {};
  std::optional<int> signal = {};
  std::optional<Usage> usage = {};
};

class Child {
 public:
  using Output = std::function<void(Stream, std::string_view bytes)>;
  // Whether output may be read now. Where it may not, the child waits once its pipe is full. Asked
  // whenever the loop is about to wait.
  using MayRead = std::function<bool(Stream)>;

  Child(Loop& loop, Output output, MayRead may_read = {});
  ~Child();  // kills the process group, unless the child has ended
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Starts the process, once; answers why it could not.
  std::optional<StartFailure> start(const Command& command);

  // SIGTERM to the process group (and to the process, if it left that).
  void terminate() noexcept;
  // The same with SIGKILL.
  void kill() noexcept;
  // Nobody wants what it writes there any more: its next write meets a broken pipe.
  void close_output(Stream stream) noexcept;

  bool ended() const noexcept;
  pid_t pid() const noexcept;
  const ExitStatus& status() const noexcept;  // after the end

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace trace::child
