// SPDX-License-Identifier: Apache-2.0
#include "stop.hpp"

#include <pthread.h>
#include <csignal>

using trace::StopReason;

namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

Stop::Stop() {
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  waiter_ = std::thread([this, signals] {
    for (int number = 0; sigwait(&signals, &number) == 0 && !is_ending_;) {
      request(number == SIGINT ? StopReason::user : StopReason::shutdown);
    }
  });
}

Stop::~Stop() {
  is_ending_ = true;
  pthread_kill(waiter_.native_handle(), SIGINT);  // only wakes it
  waiter_.join();
}

void Stop::request(StopReason reason) noexcept {
  if (is_requested_.test_and_set()) return;
  (reason == StopReason::user ? user_ : shutdown_).request_stop();
  any_.request_stop();  // last: reason() is known then
}

StopReason Stop::reason() const noexcept {
  return user_.stop_requested() ? StopReason::user : StopReason::shutdown;
}
