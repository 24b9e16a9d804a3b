// SPDX-License-Identifier: Apache-2.0
// Losses: counts refused events by reason. Counting is lock-free and safe in a signal handler; the
// keeper reports, because a diagnostic allocates and takes locks.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include <trace/session.hpp>

#include "journal/format.hpp"
#include "session/node_losses.hpp"
#include "ship/diagnostics.hpp"

namespace trace::detail::session {

class Losses {
 public:
  // The header keeps a copy of the counts for readers of the journal.
  Losses(journal::FileHeader& header, ship::Diagnostics& diagnostics)
      : header_(header), diagnostics_(diagnostics) {}

  // Any thread. `detail` has static storage (a field's name, a format string) or is empty.
  void count(DropReason reason, std::string_view detail) noexcept;
  // Not in the header, which belongs to another process.
  void count_in_memory(DropReason reason) noexcept;
  std::array<std::uint64_t, drop_reasons> counts() const noexcept;

  // Reports the reasons whose count has risen since the last call. One thread.
  void report();
  // Counts by reason: "budget 1226, too_large 4"; empty if nothing was refused.
  std::string summary() const;

 private:
  enum class Slot : std::uint8_t { empty, written, full };
  struct Lost {
    std::atomic<std::uint64_t> count{0};
    std::uint64_t reported = 0;
    // An example of a refused event.
    std::atomic<Slot> slot{Slot::empty};
    std::string_view detail;
  };

  journal::FileHeader& header_;
  ship::Diagnostics& diagnostics_;
  std::array<Lost, drop_reasons> lost_;
};

}  // namespace trace::detail::session
