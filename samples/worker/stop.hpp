// SPDX-License-Identifier: Apache-2.0
// Stop: who ends this worker's actions early, and why. SIGINT is the user's will, SIGTERM ends the
// worker only: whoever deploys a new version must not cancel the runs of the old one.
//
// Signal-safe, because nothing runs in a handler: both signals are blocked, and a thread waits for
// them with sigwait(). Create it first in main(), so that every thread inherits the blocked mask.
// (Threads of the SDK block signals anyway, and children of the SDK start with none blocked.) Any
// thread may call the functions.
#pragma once

#include <trace/session.hpp>

#include <atomic>
#include <stop_token>
#include <thread>

class Stop {
 public:
  Stop();
  ~Stop();

  // Requests the end. The first reason counts.
  void request(trace::StopReason reason) noexcept;

  bool requested() const noexcept { return any_.stop_requested(); }
  trace::StopReason reason() const noexcept;                           // once it was requested
  std::stop_token token() const noexcept { return any_.get_token(); }  // for either reason
  std::stop_token user() const noexcept { return user_.get_token(); }
  std::stop_token shutdown() const noexcept { return shutdown_.get_token(); }

 private:
  std::stop_source any_;
  std::stop_source user_;
  std::stop_source shutdown_;
  std::atomic_flag is_requested_;
  std::atomic<bool> is_ending_{false};
  std::thread waiter_;
};
