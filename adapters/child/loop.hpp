// Loop: what happens around the children of one capture, one after the other on the capture's
// thread: their output, their end, and what other threads ask for.
//
// The capture's code reads from top to bottom: it starts a child and runs the loop until what it
// waits for has come, or the time is over. Only post() may be called from other threads.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace trace::child {

using Steady = std::chrono::steady_clock;

// Something that does its work when time has passed, while its loop runs. On the loop's thread.
class Timed {
 public:
  virtual ~Timed() = default;
  virtual Steady::time_point next_due() const = 0;  // the end of time: nothing is waited for
  virtual void tick(Steady::time_point now) = 0;
};

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Has the function called by the loop. Any thread.
  void post(std::function<void()> function);

  // Works until done() says so (true) or the deadline has passed (false).
  bool run_until(const std::function<bool()>& done,
                 Steady::time_point deadline = Steady::time_point::max());

  // Has it called when it is due; null: nobody.
  void set_timed(Timed* timed) noexcept { timed_ = timed; }

  boost::asio::io_context& context() noexcept { return *context_; }

 private:
  std::unique_ptr<boost::asio::io_context> context_;
  Timed* timed_ = nullptr;
};

}  // namespace trace::child
