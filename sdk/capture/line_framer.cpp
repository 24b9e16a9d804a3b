#include "capture/line_framer.hpp"

namespace trace::detail {
namespace {

constexpr std::size_t most_at_a_time = 256 * 1024;

// The longest part that ends at a character's boundary. Bytes that are no UTF-8 are cut anywhere.
std::size_t part_length(std::string_view text) noexcept {
  std::size_t end = LineFramer::max_line_bytes;
  for (int back = 0; back < 3; ++back) {
    if ((static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U) return end;
    --end;
  }
  const bool boundary = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
  return boundary ? end : LineFramer::max_line_bytes;
}

}  // namespace

void LineFramer::write(std::string_view bytes) {
  // What is kept of a line without an end stays small, however much comes at a time.
  while (bytes.size() > most_at_a_time) {
    write_some(bytes.substr(0, most_at_a_time));
    bytes.remove_prefix(most_at_a_time);
  }
  write_some(bytes);
}

void LineFramer::write_some(std::string_view bytes) {
  for (;;) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) break;
    if (unfinished_.empty()) {
      end_line(bytes.substr(0, end));
    } else {
      unfinished_.append(bytes.substr(0, end));
      end_line(unfinished_);
      unfinished_.clear();
    }
    bytes.remove_prefix(end + 1);
  }
  unfinished_.append(bytes);
  const std::size_t rest = pass_parts(unfinished_).size();
  unfinished_.erase(0, unfinished_.size() - rest);
}

void LineFramer::finish() {
  if (unfinished_.empty()) return;
  end_line(unfinished_);
  unfinished_.clear();
}

std::string_view LineFramer::pass_parts(std::string_view unfinished) {
  // A \r right behind a full part may be the first half of the line's end.
  while (unfinished.size() > max_line_bytes + 1 ||
         (unfinished.size() > max_line_bytes && unfinished.back() != '\r')) {
    const std::size_t length = part_length(unfinished);
    sink_({unfinished.substr(0, length), true});
    unfinished.remove_prefix(length);
  }
  return unfinished;
}

void LineFramer::end_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  while (line.size() > max_line_bytes) {
    const std::size_t length = part_length(line);
    sink_({line.substr(0, length), true});
    line.remove_prefix(length);
  }
  sink_({line, false});
}

}  // namespace trace::detail
