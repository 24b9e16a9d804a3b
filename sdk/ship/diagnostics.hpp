// SPDX-License-Identifier: Apache-2.0
// Diagnostics: messages for the operator, at most one per reason and minute. The library prints
// nothing else. Thread-safe; the callback runs on the reporting thread.
#pragma once

#include <trace/config.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "time/clock.hpp"

namespace trace::detail::ship {

class Diagnostics {
 public:
  // An empty callback: one line on stderr.
  Diagnostics(std::function<void(const Diagnostic&)> callback, time::Clock& clock)
      : callback_(std::move(callback)), clock_(clock) {}

  // False if it was suppressed by the rate limit.
  bool report(std::string_view reason, std::string_view text) noexcept;
  // Not subject to the rate limit.
  void report_final(std::string_view reason, std::string_view text) noexcept;

 private:
  void deliver(std::string_view reason, std::string_view text);

  std::function<void(const Diagnostic&)> callback_;
  time::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, time::Steady::time_point, std::less<>> last_;
};

}  // namespace trace::detail::ship
