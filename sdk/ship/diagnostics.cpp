#include "ship/diagnostics.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace trace::detail {

bool Diagnostics::report(std::string_view reason, std::string_view text) noexcept {
  try {
    {
      const std::lock_guard lock(mutex_);
      const Steady::time_point now = clock_.now();
      const auto last = last_.find(reason);
      if (last != last_.end() && now - last->second < std::chrono::minutes(1)) return false;
      last_.insert_or_assign(std::string(reason), now);
    }
    deliver(reason, text);
    return true;
  } catch (...) {  // a diagnostic must never harm the program that it speaks of
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
  const std::string line = fmt::format("shiptrace: {}: {}\n", reason, text);
  // One write, so that lines of several threads do not mix; a closed stderr is no reason to fail.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace trace::detail
