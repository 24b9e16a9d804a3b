// SPDX-License-Identifier: Apache-2.0
// Turns Ctrl-C, SIGTERM and SIGHUP into a stop request, so that a command ends its child and sends
// its events before it exits: Ctrl-C is the user's will, the others stop this process only. Ctrl-C
// after any of them requests the end at once.
//
// One object per process. The handlers write to a descriptor that a thread of this object reads; no
// signal is blocked, and exec resets a child to the default actions. A signal that was ignored when
// we were started (nohup) stays ignored.
#pragma once

#include <trace/detail/background_thread.hpp>

#include <stop_token>

#include "emitter/output/exit.hpp"

namespace trace::cli {

class StopSignals {
 public:
  StopSignals();
  ~StopSignals();

  std::stop_token token() const noexcept { return stop_.get_token(); }         // Ctrl-C
  std::stop_token shutdown() const noexcept { return shutdown_.get_token(); }  // the others
  std::stop_token at_once() const noexcept { return at_once_.get_token(); }
  std::stop_token any() const noexcept { return any_.get_token(); }  // each of them
  bool requested() const noexcept { return any_.stop_requested(); }
  // Our own, when a signal has ended the command early.
  int exit_status() const noexcept {
    return shutdown_.stop_requested() ? exit_code::terminated : exit_code::interrupted;
  }

 private:
  std::stop_source stop_;
  std::stop_source shutdown_;
  std::stop_source any_;  // after the one that says which
  std::stop_source at_once_;
  detail::BackgroundThread thread_;
};

// Makes write() to a closed pipe fail instead of ending the process. (Without SIG_IGN, which a
// child would inherit.)
void survive_broken_pipes();

}  // namespace trace::cli
