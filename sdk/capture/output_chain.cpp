#include "capture/output_chain.hpp"

#include <algorithm>

#include "capture/plain_text.hpp"

namespace trace::detail {

void OutputChain::Source::write(std::string_view bytes, Steady::time_point now) {
  now_ = now;
  bytes_ += bytes.size();
  framer_.write(bytes, now);
}

void OutputChain::Source::tick(Steady::time_point now) {
  now_ = now;
  framer_.tick(now);
}

void OutputChain::Source::finish(Steady::time_point now) {
  now_ = now;
  framer_.finish(now);
}

void OutputChain::Source::take(LineKind kind, std::string_view text) {
  if (kind == LineKind::lines || kind == LineKind::last_part) lines_ += count_lines(text);
  if (see_) show(kind, text);
  chain_.head_and_tail_.take(stream_, kind, text, now_);
}

void OutputChain::Source::show(LineKind kind, std::string_view text) {
  if (kind == LineKind::part || kind == LineKind::frame) {
    see_(text);
    return;
  }
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    see_(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
}

void OutputChain::tick(Steady::time_point now) {
  events_.coalescer().tick(now);
  head_and_tail_.tick(now);
}

Steady::time_point OutputChain::next_due() const noexcept {
  return std::min(events_.coalescer().next_due(), head_and_tail_.next_due());
}

}  // namespace trace::detail
