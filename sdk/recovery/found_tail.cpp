// SPDX-License-Identifier: Apache-2.0
#include "recovery/found_tail.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "contract/identifier.hpp"
#include "lines/plain_text.hpp"

namespace trace::detail::recovery {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 20;

}  // namespace

std::string_view session_of_tail(std::string_view name) noexcept {
  if (!name.ends_with(journal::tail_ending)) return {};
  const std::string_view session = name.substr(0, name.find('-'));
  return journal::is_session_id(session) ? session : std::string_view();
}

std::optional<std::vector<std::string>> tails_of(const journal::JournalDirectory& directory,
                                                 std::string_view session) {
  auto names = directory.names(journal::tail_ending);
  if (!names) return names;
  std::erase_if(*names, [&](const std::string& name) { return session_of_tail(name) != session; });
  // By their number: the shorter one is the smaller one.
  std::sort(names->begin(), names->end(), [](const std::string& one, const std::string& other) {
    return std::make_pair(one.size(), std::string_view(one)) <
           std::make_pair(other.size(), std::string_view(other));
  });
  return names;
}

std::optional<FoundTail> FoundTail::open(journal::FileDescriptor file) {
  struct stat info {};
  journal::TailHeader header{};
  if (::fstat(file.get(), &info) != 0 ||
      !journal::read_fully(file.get(), &header, sizeof header, 0) ||
      std::memcmp(header.magic, journal::tail_magic, sizeof journal::tail_magic) != 0 ||
      header.version != journal::tail_version || header.node_bytes > sizeof header.node ||
      header.origin_bytes > sizeof header.origin || header.ring_bytes % 8 != 0 ||
      header.ring_bytes < sizeof(journal::TailRecord) || header.ring_bytes > most_ring_bytes ||
      static_cast<std::uint64_t>(info.st_size) < journal::tail_header_bytes + header.ring_bytes) {
    return std::nullopt;
  }
  FoundTail tail;
  tail.file_ = std::move(file);
  tail.run_ = header.run;
  tail.node_.assign(header.node, header.node_bytes);
  tail.origin_.assign(header.origin, header.origin_bytes);
  tail.begin_ = header.begin.load();
  tail.end_ = header.end.load();
  if (!contract::fault_of_node_id(tail.node_).empty()) return std::nullopt;
  // No more than one round lies between the two.
  if (tail.end_ > journal::tail_offset(tail.begin_) &&
      tail.end_ - journal::tail_offset(tail.begin_) > header.ring_bytes) {
    return std::nullopt;
  }
  tail.ring_bytes_ = static_cast<std::size_t>(header.ring_bytes);
  return tail;
}

bool FoundTail::was_begun(int fd) noexcept {
  char magic[sizeof journal::tail_magic];
  return journal::read_fully(fd, magic, sizeof magic, 0) &&
         std::memcmp(magic, journal::tail_magic, sizeof magic) == 0;
}

bool FoundTail::read_on(time::Steady::time_point until) {
  ring_.resize(ring_bytes_);
  while (read_ < ring_.size()) {
    const std::size_t bytes = std::min(piece_bytes, ring_.size() - read_);
    if (!journal::read_fully(file_.get(), ring_.data() + read_, bytes,
                             journal::tail_header_bytes + read_)) {
      damaged_ = true;
      return true;
    }
    read_ += bytes;
    if (time::Steady::now() >= until) break;
  }
  return read_ == ring_.size();
}

bool FoundTail::first(journal::TailLines& lines) const noexcept {
  return journal::read_tail(ring_.data(), ring_.size(), begin_, end_, lines) ==
         journal::TailState::lines;
}

bool FoundTail::next(journal::TailLines& lines) const noexcept {
  return journal::read_tail(ring_.data(), ring_.size(), journal::tail_begin(lines.next, 0), end_,
                            lines) == journal::TailState::lines;
}

std::int64_t FoundTail::first_wall_ns() const noexcept {
  journal::TailLines lines{};
  return first(lines) ? lines.wall_ns : 0;
}

TailReplay::TailReplay(const FoundTail& tail, capture::EventSink& sink)
    : tail_(tail), events_(sink) {
  more_ = tail_.first(lines_);
  if (!more_) return;
  capture::Omission omission;
  omission.all = lines_.before;
  omission.all.bytes += lines_.skipped;
  if (lines_.skipped > 0) {
    omission.all.lines += lines::count_lines(
        {lines_.text.data() - lines_.skipped, static_cast<std::size_t>(lines_.skipped)});
  }
  if (omission.all.bytes > 0) sink.omitted(omission);
  events_.coalescer().set_late(true);
}

bool TailReplay::go_on(time::Steady::time_point until) {
  while (more_) {
    // A LineSink's whole lines end with \n, whatever the file says.
    if (lines_.kind == lines::LineKind::frame ||
        (lines_.kind != lines::LineKind::part && !lines_.text.ends_with('\n'))) {
      break;
    }
    events_.take(lines_.stream, lines_.kind, lines_.text,
                 time::Steady::time_point(std::chrono::nanoseconds(lines_.wall_ns)));
    more_ = tail_.next(lines_);
    if (more_ && time::Steady::now() >= until) return false;
  }
  more_ = false;
  events_.coalescer().flush();
  return true;
}

}  // namespace trace::detail::recovery
