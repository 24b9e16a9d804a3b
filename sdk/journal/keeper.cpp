#include "journal/keeper.hpp"

#include <algorithm>

namespace trace::detail {
namespace {

using namespace std::chrono_literals;

// Enough for a burst until the next look: 8 MiB.
constexpr std::size_t least_large = 32;
constexpr std::size_t most_large = 256;
constexpr std::size_t small_reserve = 64;
constexpr auto idle_pause = 128ms;

}  // namespace

Steady::time_point Keeper::step(Steady::time_point now) {
  const std::uint64_t taken = pool_.taken();
  const std::uint64_t recent = taken - taken_before_;
  taken_before_ = taken;
  const std::size_t reserve = std::clamp<std::size_t>(recent * 4, least_large, most_large);
  const bool worked = pool_.replenish(reserve, small_reserve);
  if (now >= next_calibration_) {
    wall_time_.calibrate(clock_.stamp(), clock_.wall_ns(), monotonic_ns());
    next_calibration_ = now + 1s;
  }
  pause_ = worked || recent > 0 ? 1ms : std::min(pause_ * 2, std::chrono::milliseconds(idle_pause));
  return now + pause_;
}

}  // namespace trace::detail
