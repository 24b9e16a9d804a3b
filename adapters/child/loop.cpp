// SPDX-License-Identifier: Apache-2.0
#include "child/loop.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace trace::child {
namespace {

// Marks the entry as removed, because the list may be iterated right now.
template <class T>
void remove(std::vector<T*>& list, T* gone) noexcept {
  std::replace(list.begin(), list.end(), gone, static_cast<T*>(nullptr));
}

timespec duration_of(std::chrono::nanoseconds time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return {seconds.count(), (time - seconds).count()};
}

}  // namespace

Timed::Timed(Loop& loop) : loop_(loop) { loop_.timed_.push_back(this); }
Timed::~Timed() { remove(loop_.timed_, this); }

Watched::Watched(Loop& loop, For what, std::function<void()> ready, std::function<bool()> wanted)
    : loop_(loop), what_(what), ready_(std::move(ready)), wanted_(std::move(wanted)) {
  loop_.watched_.push_back(this);
}
Watched::~Watched() { remove(loop_.watched_, this); }

void Loop::open() {
  const std::lock_guard lock(mutex_);
  if (wake_) return;
  wake_ = opened(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "cannot make an eventfd");
}

void Loop::post(std::function<void()> function) {
  const std::lock_guard lock(mutex_);
  posted_.push_back(std::move(function));
  constexpr std::uint64_t one = 1;
  if (wake_) [[maybe_unused]]
    const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void Loop::call_posted() {
  std::vector<std::function<void()>> calls;
  {
    const std::lock_guard lock(mutex_);
    if (posted_.empty()) return;
    calls.swap(posted_);
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &count, sizeof count);
  }
  for (const auto& call : calls) call();
}

bool Loop::tick(Steady::time_point now) {
  bool ticked = false;
  for (std::size_t i = 0; i < timed_.size(); ++i) {
    if (timed_[i] == nullptr || timed_[i]->next_due() > now) continue;
    timed_[i]->tick(now);
    ticked = true;
  }
  return ticked;
}

Steady::time_point Loop::next_due() const {
  auto due = Steady::time_point::max();
  for (const Timed* timed : timed_) {
    if (timed != nullptr) due = std::min(due, timed->next_due());
  }
  return due;
}

void Loop::wait(Steady::time_point until) {
  std::vector<pollfd> descriptors{{wake_.get(), POLLIN, 0}};
  std::vector<Watched*> waiting{nullptr};
  for (Watched* each : watched_) {
    if (each == nullptr || !each->is_open() || (each->wanted_ && !each->wanted_())) continue;
    const bool reading = each->what_ == Watched::For::reading;
    descriptors.push_back({each->get(), static_cast<short>(reading ? POLLIN : POLLOUT), 0});
    waiting.push_back(each);
  }
  const auto left = std::max(until - Steady::now(), Steady::duration::zero());
  const timespec time = duration_of(left);
  const bool for_ever = until == Steady::time_point::max();
  if (::ppoll(descriptors.data(), descriptors.size(), for_ever ? nullptr : &time, nullptr) <= 0) {
    return;
  }
  for (std::size_t i = 1; i < waiting.size(); ++i) {
    if (descriptors[i].revents == 0) continue;
    // Skip those that an earlier call has removed or closed.
    const bool is_there = std::find(watched_.begin(), watched_.end(), waiting[i]) != watched_.end();
    if (is_there && waiting[i]->get() == descriptors[i].fd) waiting[i]->ready_();
  }
}

bool Loop::run_until(const std::function<bool()>& done, Steady::time_point deadline) {
  open();
  for (;;) {
    std::erase(timed_, nullptr);
    std::erase(watched_, nullptr);
    call_posted();
    if (done()) return true;
    const auto now = Steady::now();
    if (tick(now) && done()) return true;
    if (now >= deadline) return false;
    wait(std::min(deadline, next_due()));
  }
}

}  // namespace trace::child
