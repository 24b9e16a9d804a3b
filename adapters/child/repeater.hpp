// Repeater: calls back again and again on a Loop while something else is waited for, each time
// after twice the pause before, up to a longest one. Works on the Loop's thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "child/loop.hpp"

namespace trace::child {

class Repeater {
 public:
  Repeater(Loop& loop, std::chrono::milliseconds first, std::chrono::milliseconds longest,
           std::function<void()> call);
  ~Repeater();
  Repeater(const Repeater&) = delete;
  Repeater& operator=(const Repeater&) = delete;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace trace::child
