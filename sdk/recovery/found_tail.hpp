// FoundTail: the last lines of a node's output as its worker left them when it was killed, from the
// file beside the journal (capture/tail_format.hpp). Everything in it is checked. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/tail_format.hpp"

namespace trace::detail {

// The tails of a journal, in the order in which they were begun.
std::vector<std::string> tails_of(const std::string& journal_path);

class FoundTail {
 public:
  // Nothing when it is no tail.
  static std::optional<FoundTail> read(const std::string& path);
  // Whether it was one: of a worker that was killed while it made the file there is nothing to
  // read.
  static bool was_begun(const std::string& path) noexcept;

  std::uint32_t run() const noexcept { return run_; }
  const std::string& node() const noexcept { return node_; }
  const std::string& origin() const noexcept { return origin_; }
  std::size_t bytes() const noexcept { return ring_.size(); }
  // When its first line came, since the epoch.
  std::int64_t first_wall_ns() const noexcept;

  // Hands over what was left out before its first line, and then its lines as events; their times
  // are those of the wall clock since its epoch. What follows from the file alone.
  void tell(EventSink& sink) const;

 private:
  FoundTail() = default;
  bool first(TailLines& lines) const noexcept;
  bool next(TailLines& lines) const noexcept;

  std::uint32_t run_ = 0;
  std::string node_;
  std::string origin_;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  std::vector<std::byte> ring_;
};

}  // namespace trace::detail
