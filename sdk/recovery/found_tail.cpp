#include "recovery/found_tail.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "capture/line_events.hpp"
#include "capture/plain_text.hpp"
#include "contract/identifier.hpp"
#include "journal/descriptor.hpp"

namespace trace::detail {
namespace {

// More than anybody keeps of a node's output on purpose.
constexpr std::uint64_t most_ring_bytes = std::uint64_t{1} << 30;

bool read_all(int fd, void* to, std::size_t bytes, std::uint64_t offset) noexcept {
  auto* at = static_cast<char*>(to);
  while (bytes > 0) {
    const ssize_t n = ::pread(fd, at, bytes, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    offset += static_cast<std::uint64_t>(n);
    bytes -= static_cast<std::size_t>(n);
  }
  return true;
}

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

std::vector<std::string> tails_of(const std::string& journal_path) {
  const std::filesystem::path journal(journal_path);
  const std::string beginning = journal.stem().string() + "-";
  std::vector<std::string> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator at(journal.parent_path(), error), end;
       !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with(beginning) && name.ends_with(tail_ending)) {
      paths.push_back(at->path().string());
    }
  }
  // By their number: the shorter one is the smaller one.
  std::sort(paths.begin(), paths.end(), [](const std::string& one, const std::string& other) {
    return std::make_pair(one.size(), std::string_view(one)) <
           std::make_pair(other.size(), std::string_view(other));
  });
  return paths;
}

std::optional<FoundTail> FoundTail::read(const std::string& path) {
  const Descriptor file{open_above_standard(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)};
  struct stat info {};
  TailHeader header{};
  if (file.fd < 0 || ::fstat(file.fd, &info) != 0 || !S_ISREG(info.st_mode) ||
      !read_all(file.fd, &header, sizeof header, 0)) {
    return std::nullopt;
  }
  if (std::memcmp(header.magic, tail_magic, sizeof tail_magic) != 0 ||
      header.version != tail_version || header.node_bytes > sizeof header.node ||
      header.origin_bytes > sizeof header.origin || header.ring_bytes % 8 != 0 ||
      header.ring_bytes < sizeof(TailRecord) || header.ring_bytes > most_ring_bytes ||
      static_cast<std::uint64_t>(info.st_size) < tail_header_bytes + header.ring_bytes) {
    return std::nullopt;
  }
  FoundTail tail;
  tail.run_ = header.run;
  tail.node_.assign(header.node, header.node_bytes);
  tail.origin_.assign(header.origin, header.origin_bytes);
  tail.begin_ = header.begin.load();
  tail.end_ = header.end.load();
  tail.ring_.resize(static_cast<std::size_t>(header.ring_bytes));
  const bool whole = read_all(file.fd, tail.ring_.data(), tail.ring_.size(), tail_header_bytes);
  if (!fault_of_node_id(tail.node_).empty()) return std::nullopt;
  // No more than one round lies between the two.
  if (!whole || (tail.end_ > tail_offset(tail.begin_) &&
                 tail.end_ - tail_offset(tail.begin_) > header.ring_bytes)) {
    return std::nullopt;
  }
  return tail;
}

bool FoundTail::was_begun(const std::string& path) noexcept {
  const Descriptor file{open_above_standard(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)};
  char magic[sizeof tail_magic];
  return file.fd >= 0 && read_all(file.fd, magic, sizeof magic, 0) &&
         std::memcmp(magic, tail_magic, sizeof magic) == 0;
}

bool FoundTail::first(TailLines& lines) const noexcept {
  return read_tail(ring_.data(), ring_.size(), begin_, end_, lines) == TailState::lines;
}

bool FoundTail::next(TailLines& lines) const noexcept {
  return read_tail(ring_.data(), ring_.size(), tail_begin(lines.next, 0), end_, lines) ==
         TailState::lines;
}

std::int64_t FoundTail::first_wall_ns() const noexcept {
  TailLines lines{};
  return first(lines) ? lines.wall_ns : 0;
}

void FoundTail::tell(EventSink& sink) const {
  TailLines lines{};
  if (!first(lines)) return;
  Omission omission;
  omission.all = lines.before;
  omission.all.bytes += lines.skipped;
  if (lines.skipped > 0) {
    omission.all.lines +=
        count_lines({lines.text.data() - lines.skipped, static_cast<std::size_t>(lines.skipped)});
  }
  if (omission.all.bytes > 0) sink.omitted(omission);
  LineEvents events(sink);
  events.coalescer().set_late(true);
  do {
    // A LineSink's whole lines end with \n, whatever the file says.
    if (lines.kind == LineKind::frame ||
        (lines.kind != LineKind::part && !lines.text.ends_with('\n'))) {
      break;
    }
    events.take(lines.stream, lines.kind, lines.text,
                Steady::time_point(std::chrono::nanoseconds(lines.wall_ns)));
  } while (next(lines));
  events.coalescer().flush();
}

}  // namespace trace::detail
