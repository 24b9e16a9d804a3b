#include "child/loop.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace trace::child {

Loop::Loop() : context_(std::make_unique<boost::asio::io_context>(1)) {}
Loop::~Loop() = default;

void Loop::post(std::function<void()> function) {
  boost::asio::post(*context_, std::move(function));
}

bool Loop::run_until(const std::function<bool()>& done, Steady::time_point deadline) {
  context_->restart();  // it stopped when it had no work after the last run
  const auto waiting_is_work = boost::asio::make_work_guard(*context_);
  while (!done()) {
    const auto due = timed_ != nullptr ? timed_->next_due() : Steady::time_point::max();
    const auto until = std::min(deadline, due);
    if (until == Steady::time_point::max()) {
      context_->run_one();
      continue;
    }
    const auto now = Steady::now();
    if (now >= due) timed_->tick(now);
    if (now >= deadline) return false;
    if (now < until) context_->run_one_until(until);
  }
  return true;
}

}  // namespace trace::child
