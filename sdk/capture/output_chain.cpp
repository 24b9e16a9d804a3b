// SPDX-License-Identifier: Apache-2.0
#include "capture/output_chain.hpp"

#include <algorithm>

#include "lines/plain_text.hpp"
#include "text/utf8.hpp"

namespace trace::detail::capture {

OutputChain::Source::Source(OutputChain& chain, Stream stream,
                            std::shared_ptr<const secrets::Secrets> secrets)
    : chain_(chain),
      stream_(stream),
      secrets_(std::move(secrets)),
      to_framer_([this](std::string_view bytes) { pass_on(bytes); }),
      framer_(*this) {
  if (secrets_ != nullptr) redactor_.emplace(secrets_);
}

void OutputChain::Source::write(std::string_view bytes, time::Steady::time_point now) {
  now_ = now;
  // Read before the search: what is added meanwhile counts as unknown to it.
  const std::uint64_t version = secrets_ ? secrets_->version() : Searched::never;
  if (version != version_) is_outdated_ = bytes_ > 0;
  version_ = version;
  bytes_ += bytes.size();
  if (redactor_) {
    redactor_->write(bytes, to_framer_);
  } else {
    pass_on(bytes);
  }
}

void OutputChain::Source::pass_on(std::string_view clean_bytes) {
  if (see_bytes_) see_bytes_(clean_bytes);
  piece_ = clean_bytes;
  framer_.write(clean_bytes, now_);
  piece_at_ += clean_bytes.size();
  piece_ = {};
}

void OutputChain::Source::tick(time::Steady::time_point now) {
  now_ = now;
  framer_.tick(now);
}

void OutputChain::Source::finish(time::Steady::time_point now) {
  now_ = now;
  if (redactor_) redactor_->finish(to_framer_);
  framer_.finish(now);
  ++piece_at_;  // the next stream does not continue this one
}

void OutputChain::Source::take(lines::LineKind kind, std::string_view text) {
  if (may_hold_secrets()) [[unlikely]] {
    text = without_secrets(kind, text);
    if (text.empty()) return;
  }
  if (see_) show(kind, text);
  lines_ += chain_.head_and_tail_.take(stream_, kind, text, now_, searched(kind, text));
}

// What the redactor passed on holds no secret, nor does a line that was cut from it: the framer
// leaves it as it is, or it was searched again (without_secrets). Across lines that holds only if
// nothing between them was left out or came from another source. Beside a replacement, which is
// longer than what it replaces, a search of the line may find more.
Searched OutputChain::Source::searched(lines::LineKind kind, std::string_view text) noexcept {
  Searched searched{.version = is_outdated_ ? Searched::never : version_};
  if (kind == lines::LineKind::lines || kind == lines::LineKind::last_part) is_outdated_ = false;
  if (text.find(secrets::replacement) != std::string_view::npos) searched.version = Searched::never;
  const std::less<> before;
  if (!before(text.data(), piece_.data()) &&
      !before(piece_.data() + piece_.size(), text.data() + text.size())) {
    const std::uint64_t at = piece_at_ + static_cast<std::uint64_t>(text.data() - piece_.data());
    searched.with_previous = taken_end_ == at && chain_.last_source(stream_) == this;
    taken_end_ = at + text.size();
  }
  chain_.last_source(stream_) = this;
  return searched;
}

bool OutputChain::Source::may_hold_secrets() const noexcept {
  return (framer_.is_edited() || parts_redactor_) && secrets_ != nullptr && !secrets_->empty();
}

// A secret may contain control sequences: part of a match that was coloured.
std::string_view OutputChain::Source::without_secrets(lines::LineKind kind, std::string_view text) {
  if (kind == lines::LineKind::part || (parts_redactor_ && kind != lines::LineKind::frame))
    return part_without_secrets(kind, text);
  const bool has_end = kind != lines::LineKind::frame;
  const std::string_view line = text.substr(0, text.size() - (has_end ? 1 : 0));
  // Text that did not fit into a frame is omitted.
  constexpr std::size_t longest_utf8 = 4;
  const bool is_cut = kind == lines::LineKind::frame &&
                      line.size() + longest_utf8 > lines::LineFramer::max_line_bytes;
  const TextSort sort = is_cut ? TextSort::cut : TextSort::whole;
  const std::shared_ptr<const secrets::Matcher> matcher = secrets_->shared_matcher();
  if (matcher == nullptr || !matcher->contains(line, sort)) return text;
  clean_ = matcher->redacted(line, sort);
  clean_.resize(text::trimmed_utf8(clean_, lines::LineFramer::max_line_bytes).size());
  if (has_end) clean_ += '\n';
  return clean_;
}

// A possible start of a secret at a part's end is moved to the next part.
std::string_view OutputChain::Source::part_without_secrets(lines::LineKind kind,
                                                           std::string_view text) {
  const bool has_end = kind == lines::LineKind::lines || kind == lines::LineKind::last_part;
  clean_.clear();
  const secrets::StreamRedactor::Sink sink = [this](std::string_view clean) { clean_ += clean; };
  if (!parts_redactor_) parts_redactor_.emplace(secrets_);
  parts_redactor_->write(text.substr(0, text.size() - (has_end ? 1 : 0)), sink);
  if (has_end) {
    parts_redactor_->finish(sink);
    parts_redactor_.reset();
    clean_ += '\n';
  }
  return clean_;
}

void OutputChain::Source::show(lines::LineKind kind, std::string_view text) {
  if (kind == lines::LineKind::part || kind == lines::LineKind::frame) {
    see_(secrets::RedactedTexts::of(text));
    return;
  }
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    see_(secrets::RedactedTexts::of(text.substr(0, end)));
    text.remove_prefix(end + 1);
  }
}

void OutputChain::tick(time::Steady::time_point now) {
  events_.coalescer().tick(now);
  head_and_tail_.tick(now);
}

time::Steady::time_point OutputChain::next_due() const noexcept {
  return std::min(events_.coalescer().next_due(), head_and_tail_.next_due());
}

}  // namespace trace::detail::capture
