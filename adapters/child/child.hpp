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

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "child/loop.hpp"
#include "child/spawn.hpp"
#include "child/standard_input.hpp"

namespace trace::child {

// How the process ended. All unknown if somebody else reaped it (a host program that ignores
// SIGCHLD or waits for every child).
struct ExitStatus {
  std::optional<int> code = {};
  std::optional<int> signal = {};
  std::optional<Usage> usage = {};
};

class Child final : private Timed {
 public:
  using Output = std::function<void(Stream, std::string_view bytes)>;
  // Whether output may be read now; if not, the child blocks once its pipe is full. Called before
  // each wait of the loop.
  using MayRead = std::function<bool(Stream)>;

  Child(Loop& loop, Output output, MayRead may_read = {});
  ~Child() override;  // kills the process group if the child has not ended

  // Starts the process, once; returns the reason if that fails.
  std::optional<StartFailure> start(const Command& command);

  // Sends SIGTERM to the process group (and to the process, if it has left the group).
  void terminate() noexcept;
  // Sends SIGKILL in the same way.
  void kill() noexcept;
  // Closes our end of the stream: the child's next write fails with a broken pipe.
  void close_output(Stream stream) noexcept;

  bool ended() const noexcept { return ended_; }
  pid_t pid() const noexcept { return pid_; }
  const ExitStatus& status() const noexcept { return status_; }  // after the end

 private:
  struct Channel {
    Channel(Child& child, Stream of);
    bool open() const noexcept { return pipe.is_open() && !at_end; }
    Stream stream;
    bool at_end = false;  // of a terminal, which closing would hang up
    Watched pipe;
  };

  static void open(Channel& channel, FileDescriptor end) noexcept;
  void signal(int number) noexcept;
  std::size_t read(Channel& channel);
  void read_what_is_there(Channel& channel);
  bool may_read(Stream stream) const { return !may_read_ || may_read_(stream); }
  bool is_held_up() const;
  void exited();
  Steady::time_point next_due() const override { return linger_until_; }
  void tick(Steady::time_point now) override;
  bool end_if_all_read() noexcept;
  void end() noexcept;
  void reap() noexcept;

  Loop& loop_;
  const Output output_;
  const MayRead may_read_;
  pid_t pid_ = -1;
  bool exited_ = false;
  bool ended_ = false;
  bool is_killed_ = false;        // by us
  bool is_group_killed_ = false;  // after the process has exited
  // How long to wait for the output's end then.
  Steady::time_point linger_until_ = Steady::time_point::max();
  ExitStatus status_;
  std::vector<char> buffer_;
  Watched exit_;
  std::array<Channel, 2> channels_;
  std::optional<InputPump> input_;
};

}  // namespace trace::child
