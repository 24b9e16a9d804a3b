// SPDX-License-Identifier: Apache-2.0
// Turns Ctrl-C, SIGTERM and SIGHUP into a stop request, so that a command ends its child and sends
// its events before it exits. Ctrl-C after any of them requests the end at once.
//
// One object per process. The handlers write to a descriptor that a thread of this object reads; no
// signal is blocked, and exec resets a child to the default actions. A signal that was ignored when
// we were started (nohup) stays ignored.
#pragma once

#include <trace/detail/background_thread.hpp>

#include <stop_token>

namespace trace::cli {

class StopSignals {
 public:
  StopSignals();
  ~StopSignals();

  std::stop_token token() const noexcept { return stop_.get_token(); }
  std::stop_token at_once() const noexcept { return at_once_.get_token(); }
  bool requested() const noexcept { return stop_.stop_requested(); }

 private:
  std::stop_source stop_;
  std::stop_source at_once_;
  detail::BackgroundThread thread_;
};

// Makes write() to a closed pipe fail instead of ending the process. (Without SIG_IGN, which a
// child would inherit.)
void survive_broken_pipes();

}  // namespace trace::cli
