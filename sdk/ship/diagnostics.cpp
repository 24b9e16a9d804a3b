// SPDX-License-Identifier: Apache-2.0
#include "ship/diagnostics.hpp"

#include <fmt/format.h>
#include <trace/detail/standard_error.hpp>

namespace trace::detail::ship {

bool Diagnostics::report(std::string_view reason, std::string_view text) noexcept {
  try {
    {
      const std::lock_guard lock(mutex_);
      const time::Steady::time_point now = clock_.now();
      const auto last = last_.find(reason);
      if (last != last_.end() && now - last->second < std::chrono::minutes(1)) return false;
      last_.insert_or_assign(std::string(reason), now);
    }
    deliver(reason, text);
    return true;
  } catch (...) {  // a diagnostic must never harm the program
    return false;
  }
}

void Diagnostics::report_final(std::string_view reason, std::string_view text) noexcept {
  try {
    deliver(reason, text);
  } catch (...) {
  }
}

void Diagnostics::deliver(std::string_view reason, std::string_view text) {
  if (callback_) return callback_({reason, text});
  write_to_stderr(fmt::format("shiptrace: {}: {}\n", reason, text));
}

}  // namespace trace::detail::ship
