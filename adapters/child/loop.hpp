// Loop: what happens around the children of one capture, one after the other on the capture's
// thread: their output, their end, and what other threads ask for.
//
// The capture's code reads from top to bottom: it starts a child and runs the loop until what it
// waits for has come, or the time is over. Only post() may be called from other threads. A loop
// needs one descriptor of its own: it waits with ppoll(2), which has its time-outs for nothing.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <vector>

#include "child/file_descriptor.hpp"

namespace trace::child {

using Steady = std::chrono::steady_clock;

class Loop;

// Something that does its work when time has passed, while its loop runs. On the loop's thread.
class Timed {
 public:
  explicit Timed(Loop& loop);
  virtual ~Timed();
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;
  virtual Steady::time_point next_due() const = 0;  // the end of time: nothing is waited for
  virtual void tick(Steady::time_point now) = 0;

 private:
  Loop& loop_;
};

// A descriptor, its owner, and what is to be called while it is ready. On the loop's thread.
class Watched {
 public:
  enum class For { reading, writing };
  // `ready` may close it, and may destroy it. `wanted`: asked before each wait; false: not now.
  Watched(Loop& loop, For what, std::function<void()> ready, std::function<bool()> wanted = {});
  ~Watched();
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  void open(FileDescriptor descriptor) noexcept { descriptor_ = std::move(descriptor); }
  void close() noexcept { descriptor_.reset(); }
  bool is_open() const noexcept { return static_cast<bool>(descriptor_); }
  int get() const noexcept { return descriptor_.get(); }

 private:
  friend class Loop;
  Loop& loop_;
  const For what_;
  const std::function<void()> ready_;
  const std::function<bool()> wanted_;
  FileDescriptor descriptor_;
};

class Loop {
 public:
  Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Makes its descriptor; throws std::system_error when there is none left. run_until() does so,
  // too, for whoever has not.
  void open();

  // Has the function called by the loop. Any thread.
  void post(std::function<void()> function);

  // Works until done() says so (true) or the deadline has passed (false).
  bool run_until(const std::function<bool()>& done,
                 Steady::time_point deadline = Steady::time_point::max());

 private:
  friend class Timed;
  friend class Watched;

  void call_posted();
  bool tick(Steady::time_point now);
  Steady::time_point next_due() const;
  void wait(Steady::time_point until);

  std::mutex mutex_;  // of the two below
  std::vector<std::function<void()>> posted_;
  FileDescriptor wake_;
  // Null: removed meanwhile.
  std::vector<Timed*> timed_;
  std::vector<Watched*> watched_;
};

}  // namespace trace::child
