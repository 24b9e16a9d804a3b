// SPDX-License-Identifier: Apache-2.0
// Repeater: a periodic callback on a Loop; the interval doubles after each call, up to a maximum.
// On the Loop's thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "child/loop.hpp"

namespace trace::child {

class Repeater final : private Timed {
 public:
  Repeater(Loop& loop, std::chrono::milliseconds first, std::chrono::milliseconds longest,
           std::function<void()> call)
      : Timed(loop),
        pause_(first),
        longest_(longest),
        call_(std::move(call)),
        due_(Steady::now() + pause_) {}

 private:
  Steady::time_point next_due() const override { return due_; }
  void tick(Steady::time_point now) override {
    call_();
    pause_ = std::min(pause_ * 2, longest_);
    due_ = now + pause_;
  }

  std::chrono::milliseconds pause_;
  std::chrono::milliseconds longest_;
  std::function<void()> call_;
  Steady::time_point due_;
};

}  // namespace trace::child
