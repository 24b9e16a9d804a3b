// SPDX-License-Identifier: Apache-2.0
#include "session/step_thread.hpp"

#include <pthread.h>

#include <new>

namespace trace::detail {

AsynchronousSignalsBlocked::AsynchronousSignalsBlocked() noexcept {
  sigset_t asynchronous;
  sigfillset(&asynchronous);
  for (const int own : {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGSYS}) {
    sigdelset(&asynchronous, own);
  }
  // Sets the whole mask: if the caller blocks SIGBUS, our thread must not inherit that.
  pthread_sigmask(SIG_SETMASK, &asynchronous, &before_);
}

AsynchronousSignalsBlocked::~AsynchronousSignalsBlocked() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

BackgroundThread::BackgroundThread(const char* name, std::function<void()> body) {
  const AsynchronousSignalsBlocked blocked;
  thread_ = std::thread(std::move(body));
  pthread_setname_np(thread_.native_handle(), name);
}

namespace session {
namespace {

// SCHED_BATCH: waking one of our threads does not preempt the host's. If the host has chosen
// another policy for its threads, ours inherit it.
void give_way() noexcept {
  int policy = 0;
  sched_param parameters{};
  if (pthread_getschedparam(pthread_self(), &policy, &parameters) == 0 && policy == SCHED_OTHER) {
    pthread_setschedparam(pthread_self(), SCHED_BATCH, &parameters);
  }
}

}  // namespace

StepThread::StepThread(const char* name, Step step)
    : step_(std::move(step)), thread_(name, [this] { loop(); }) {}

void StepThread::loop() {
  give_way();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    woken_ = false;
    lock.unlock();
    time::Steady::time_point next;
    try {
      next = step_(time::Steady::now());
    } catch (const std::bad_alloc&) {
      // The host is out of memory, but its events are safe in the journal.
      next = time::Steady::now() + std::chrono::milliseconds(100);
    }
    lock.lock();
    stepped_.notify_all();
    // Waiting for a time that has passed would still set and remove a timer.
    if (next > time::Steady::now()) {
      wake_.wait_until(lock, next, [this] { return woken_ || stopping_; });
    }
  }
}

void StepThread::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  wake_.notify_all();
}

bool StepThread::wait_for(const std::function<bool()>& done, time::Steady::time_point deadline) {
  std::unique_lock lock(mutex_);
  return stepped_.wait_until(lock, deadline, done);
}

void StepThread::request_stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  wake_.notify_all();
}

void StepThread::stop() {
  request_stop();
  thread_.join();
}

}  // namespace session
}  // namespace trace::detail
