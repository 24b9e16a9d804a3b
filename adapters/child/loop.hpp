// SPDX-License-Identifier: Apache-2.0
// Loop: the event loop of one capture, on the capture's thread: output of children, their exit, and
// requests of other threads.
//
// Code that uses it reads from top to bottom: it starts a child and runs the loop until a condition
// holds or a deadline has passed. Only post() may be called from other threads. A loop needs one
// descriptor: ppoll(2) needs none for timeouts.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <vector>

#include "child/file_descriptor.hpp"

namespace trace::child {

using Steady = std::chrono::steady_clock;

class Loop;

// A timer of a loop, by inheritance. On the loop's thread.
class Timed {
 public:
  explicit Timed(Loop& loop);
  virtual ~Timed();
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;
  virtual Steady::time_point next_due() const = 0;  // max(): nothing pending
  virtual void tick(Steady::time_point now) = 0;

 private:
  Loop& loop_;
};

// Owns a descriptor and calls `ready` while it is ready. On the loop's thread.
class Watched {
 public:
  enum class For { reading, writing };
  // `ready` may close or destroy it. `wanted` is called before each wait; false: skip it this time.
  Watched(Loop& loop, For what, std::function<void()> ready, std::function<bool()> wanted = {});
  ~Watched();

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
  // Creates its descriptor; throws std::system_error if none is left. run_until() does it if
  // necessary.
  void open();

  // Runs the function on the loop's thread. Any thread.
  void post(std::function<void()> function);

  // Runs until done() returns true (returns true) or the deadline has passed (returns false).
  bool run_until(const std::function<bool()>& done,
                 Steady::time_point deadline = Steady::time_point::max());

 private:
  friend class Timed;
  friend class Watched;

  void call_posted();
  bool tick(Steady::time_point now);
  Steady::time_point next_due() const;
  void wait(Steady::time_point until);

  std::mutex mutex_;  // guards posted_ and wake_
  std::vector<std::function<void()>> posted_;
  FileDescriptor wake_;
  // Null: removed while the list is iterated.
  std::vector<Timed*> timed_;
  std::vector<Watched*> watched_;
};

}  // namespace trace::child
