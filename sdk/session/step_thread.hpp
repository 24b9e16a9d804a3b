// SPDX-License-Identifier: Apache-2.0
// StepThread: the loop around a step(now) -> next wake-up. The only place where the SDK starts
// threads for the journal and for shipping.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include <trace/detail/background_thread.hpp>

#include "time/clock.hpp"

namespace trace::detail::session {

class StepThread {
 public:
  using Step = std::function<time::Steady::time_point(time::Steady::time_point)>;

  StepThread(const char* name, Step step);
  ~StepThread() { stop(); }
  StepThread(const StepThread&) = delete;
  StepThread& operator=(const StepThread&) = delete;

  // Runs the next step immediately. Any thread.
  void wake();
  // Waits until `done()`, checked after each step, or the deadline.
  bool wait_for(const std::function<bool()>& done, time::Steady::time_point deadline);
  // No further step starts.
  void request_stop();
  // The same, and waits for the running step. Idempotent; one thread.
  void stop();

 private:
  void loop();

  Step step_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable stepped_;
  bool woken_ = false;
  bool stopping_ = false;
  BackgroundThread thread_;  // last: it uses the members above
};

}  // namespace trace::detail::session
