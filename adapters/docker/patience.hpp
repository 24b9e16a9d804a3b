// Patience: how long a daemon that does not answer is asked again. One per container, over all that
// is asked about it: the time counts from the last answer, so that a daemon that is gone for good
// is waited for once. Pauses grow while nobody answers. One thread.
#pragma once

#include <algorithm>
#include <chrono>

#include "child/loop.hpp"

namespace trace::docker {

class Patience {
 public:
  // `longest`: a daemon that restarts, on a busy machine, is back by then.
  Patience(child::Loop& loop, std::chrono::milliseconds longest) : loop_(loop), longest_(longest) {}

  void answered() noexcept { since_ = child::Steady::now(); }
  // Something new is begun: whoever has answered before gets the whole time again.
  void begin() noexcept {
    pause_ = first_pause;
    if (!over_) answered();
  }
  // False: give up. Else it is time for the next try.
  bool wait() {
    if (over_ || child::Steady::now() - since_ >= longest_) {
      over_ = true;
      return false;
    }
    loop_.run_until([] { return false; }, child::Steady::now() + pause_);
    pause_ = std::min(pause_ * 2, longest_pause);
    return true;
  }
  void set_longest(std::chrono::milliseconds longest) noexcept { longest_ = longest; }

 private:
  static constexpr std::chrono::milliseconds first_pause{100};
  static constexpr std::chrono::milliseconds longest_pause{2000};

  child::Loop& loop_;
  std::chrono::milliseconds longest_;
  std::chrono::milliseconds pause_ = first_pause;
  child::Steady::time_point since_ = child::Steady::now();
  bool over_ = false;
};

}  // namespace trace::docker
