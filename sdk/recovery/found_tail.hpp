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
// The session that a tail's name names; empty when it is not the name of a tail.
std::string_view session_of_tail(std::string_view name) noexcept;

class FoundTail {
 public:
  // More than anybody keeps of a node's output on purpose.
  static constexpr std::uint64_t most_ring_bytes = std::uint64_t{256} << 20;

  // Reads the header. Nothing when it is not a tail.
  static std::optional<FoundTail> open(journal::FileDescriptor file);
  // The same, and the lines.
  static std::optional<FoundTail> read(journal::FileDescriptor file);
  // Whether it was one: of a worker that was killed while it made the file there is nothing to
  // read.
  static bool was_begun(int fd) noexcept;

  // Reads on, until `until` at the longest, but for one piece. True when there is no more to read.
  bool read_on(time::Steady::time_point until);
  bool is_damaged() const noexcept { return damaged_; }

  std::uint32_t run() const noexcept { return run_; }
  const std::string& node() const noexcept { return node_; }
  const std::string& origin() const noexcept { return origin_; }
  // When its first line came, since the epoch.
  std::int64_t first_wall_ns() const noexcept;

 private:
  friend class TailTelling;

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
  std::vector<std::byte> ring_;  // once it is read
};

// Hands over what was left out before the first line of a tail, and then its lines as events; their
// times are those of the wall clock since its epoch. What follows from the file alone.
class TailTelling {
 public:
  TailTelling(const FoundTail& tail, capture::EventSink& sink);
  // Goes on, until `until` at the longest, but for one record. True when all is told.
  bool go_on(time::Steady::time_point until);

 private:
  const FoundTail& tail_;
  capture::LineEvents events_;
  journal::TailLines lines_{};
  bool more_ = false;
};

}  // namespace trace::detail::recovery
