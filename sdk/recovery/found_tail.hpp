// SPDX-License-Identifier: Apache-2.0
// FoundTail: the last lines of a node's output as its worker left them when it was killed, from the
// file beside the journal (journal/tail_format.hpp). Everything in it is checked. Reading it and
// making events of it goes in steps, since it may be large. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/line_events.hpp"
#include "journal/directory.hpp"
#include "journal/tail_format.hpp"

namespace trace::detail::recovery {

// The names of a session's tails, in the order in which they were begun. Nothing when the directory
// cannot be read now.
std::optional<std::vector<std::string>> tails_of(const journal::JournalDirectory& directory,
                                                 std::string_view session);
// The session in a tail's name; empty if it is not the name of a tail.
std::string_view session_of_tail(std::string_view name) noexcept;

class FoundTail {
 public:
  // More than any sensible limit for a node's output.
  static constexpr std::uint64_t most_ring_bytes = std::uint64_t{256} << 20;

  // Reads the header. Nullopt if it is not a tail.
  static std::optional<FoundTail> open(journal::FileDescriptor file);
  // Whether it was complete: if the worker was killed while it created the file there is nothing to
  // read.
  static bool was_begun(int fd) noexcept;

  // Continues reading until `until`, but at least one piece. True if there is no more to read.
  bool read_on(time::Steady::time_point until);
  bool is_damaged() const noexcept { return damaged_; }

  std::uint32_t run() const noexcept { return run_; }
  const std::string& node() const noexcept { return node_; }
  const std::string& origin() const noexcept { return origin_; }
  // The time of its first line, since the epoch.
  std::int64_t first_wall_ns() const noexcept;

 private:
  friend class TailReplay;

  FoundTail() = default;
  bool first(journal::TailLines& lines) const noexcept;
  bool next(journal::TailLines& lines) const noexcept;

  journal::FileDescriptor file_;
  bool damaged_ = false;
  std::uint32_t run_ = 0;
  std::string node_;
  std::string origin_;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  std::size_t ring_bytes_ = 0;
  std::size_t read_ = 0;
  std::vector<std::byte> ring_;  // once read
};

// Reports what was omitted before the first line of a tail, then its lines as events; their times
// are those of the wall clock since its epoch. Depends on the file alone.
class TailReplay {
 public:
  TailReplay(const FoundTail& tail, capture::EventSink& sink);
  // Continues until `until`, but at least one record. True when finished.
  bool go_on(time::Steady::time_point until);

 private:
  const FoundTail& tail_;
  capture::LineEvents events_;
  journal::TailLines lines_{};
  bool more_ = false;
};

}  // namespace trace::detail::recovery
