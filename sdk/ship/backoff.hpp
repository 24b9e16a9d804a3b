// SPDX-License-Identifier: Apache-2.0
// Backoff: delay after a failure: exponential with full jitter, so that workers that fail together
// do not return together (docs/ingestion-api.md). One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

namespace trace::detail::ship {

class Backoff {
 public:
  static constexpr std::chrono::milliseconds first{100};
  static constexpr std::chrono::milliseconds most{30'000};
  static constexpr std::chrono::milliseconds most_asked{15 * 60 * 1000};

  explicit Backoff(std::uint64_t seed) : random_(seed) {}

  // The delay before the next attempt; at least what the backend asked for, up to `most_asked`,
  // plus up to the same again (at most `most`), because it may have asked thousands of emitters for
  // the same.
  std::chrono::milliseconds next(std::optional<std::chrono::milliseconds> asked) {
    const auto ceiling = std::min(most, first * (std::int64_t{1} << std::min(failures_, 16U)));
    ++failures_;
    const std::chrono::milliseconds wait = jittered(ceiling);
    if (!asked) return wait;
    const std::chrono::milliseconds least = std::min(*asked, most_asked);
    return std::max(wait, least + jittered(std::min(least, most)));
  }

  // The delay after a refusal that only an operator can resolve.
  std::chrono::milliseconds slow() { return most / 2 + jittered(most / 2); }

  void succeeded() noexcept { failures_ = 0; }

 private:
  std::chrono::milliseconds jittered(std::chrono::milliseconds ceiling) {
    return std::chrono::milliseconds(
        std::uniform_int_distribution<std::int64_t>(0, ceiling.count())(random_));
  }

  std::mt19937_64 random_;
  unsigned failures_ = 0;
};

}  // namespace trace::detail::ship
