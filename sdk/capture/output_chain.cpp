#include "capture/output_chain.hpp"

#include <algorithm>

#include "capture/plain_text.hpp"
#include "contract/utf8.hpp"

namespace trace::detail {

OutputChain::Source::Source(OutputChain& chain, Stream stream,
                            std::shared_ptr<const Secrets> secrets)
    : chain_(chain),
      stream_(stream),
      secrets_(std::move(secrets)),
      to_framer_([this](std::string_view bytes) { pass_on(bytes); }),
      framer_(*this) {
  if (secrets_ != nullptr) redactor_.emplace(secrets_);
}

void OutputChain::Source::write(std::string_view bytes, Steady::time_point now) {
  now_ = now;
  bytes_ += bytes.size();
  if (redactor_) {
    redactor_->write(bytes, to_framer_);
  } else {
    pass_on(bytes);
  }
}

void OutputChain::Source::pass_on(std::string_view clean_bytes) {
  if (see_bytes_) see_bytes_(clean_bytes);
  framer_.write(clean_bytes, now_);
}

void OutputChain::Source::tick(Steady::time_point now) {
  now_ = now;
  framer_.tick(now);
}

void OutputChain::Source::finish(Steady::time_point now) {
  now_ = now;
  if (redactor_) redactor_->finish(to_framer_);
  framer_.finish(now);
}

void OutputChain::Source::take(LineKind kind, std::string_view text) {
  if (framer_.is_edited() && secrets_ != nullptr && !secrets_->empty()) [[unlikely]] {
    text = without_secrets(kind, text);
  }
  if (kind == LineKind::lines || kind == LineKind::last_part) lines_ += count_lines(text);
  if (see_) show(kind, text);
  chain_.head_and_tail_.take(stream_, kind, text, now_);
}

// A secret may have had control sequences between its characters: part of a match that was
// coloured.
std::string_view OutputChain::Source::without_secrets(LineKind kind, std::string_view text) {
  const bool has_end = kind == LineKind::lines || kind == LineKind::last_part;
  const std::string_view line = text.substr(0, text.size() - (has_end ? 1 : 0));
  const std::shared_ptr<const Matcher> matcher = secrets_->shared_matcher();
  if (matcher == nullptr || !matcher->contains(line)) return text;
  clean_ = matcher->redacted(line);
  clean_.resize(trimmed_utf8(clean_, LineFramer::max_line_bytes).size());
  if (has_end) clean_ += '\n';
  return clean_;
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
