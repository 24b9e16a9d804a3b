// SPDX-License-Identifier: Apache-2.0
// Ledger: what a stepped worker has been promised and what its backend has stored, in memory that
// it shares with the process that steps it. Being killed does not change it.
//
// The worker writes, with one store for each fact; the stepping process reads while the worker
// stands still.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <trace/transport.hpp>

namespace trace::testing {

struct Ledger {
  static constexpr std::size_t lanes = 2;
  static constexpr std::size_t runs = 2;
  static constexpr std::size_t most_stored = 512;

  struct Progress {
    std::uint64_t returned[runs][lanes];  // events whose record() has returned
    std::uint64_t stored;                 // entries of the backend
    std::uint64_t settled;                // of these: must never be sent again
  };
  struct Stored {
    std::uint32_t run;
    std::uint32_t lane;
    std::uint64_t sequence;
  };

  Progress progress;
  Stored entries[most_stored];

  void returned(std::size_t run, std::size_t lane) noexcept;
  // The backend stores all of the batch at once.
  void store(const Batch& batch) noexcept;
  void settle() noexcept;
};

// In shared memory, all zero; lives as long as this process.
Ledger& new_ledger();

// "run-0", "run-1".
std::string run_id(std::size_t run);
std::size_t run_number(std::string_view id);

// The message of the n-th event of a worker: encodes n, and shows whether it is complete. Some
// kilobytes, and some bytes from this number on.
inline constexpr std::uint64_t first_short_text = 1000;
std::string text_of(std::uint64_t n);
// n, or 0 when the text is torn.
std::uint64_t number_of(std::string_view text);

}  // namespace trace::testing
