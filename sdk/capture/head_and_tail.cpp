// SPDX-License-Identifier: Apache-2.0
#include "capture/head_and_tail.hpp"

#include <algorithm>
#include <utility>

#include "lines/plain_text.hpp"

namespace trace::detail::capture {

HeadAndTail::HeadAndTail(const CaptureLimits& limits, MakeRing make_ring,
                         std::chrono::nanoseconds wall, LineEvents& events)
    : make_ring_(std::move(make_ring)),
      wall_(wall),
      events_(events),
      // With an unlimited tail nothing is ever omitted, so nothing has to wait.
      head_left_(limits.tail_bytes == CaptureLimits::unlimited ? CaptureLimits::unlimited
                                                               : limits.head_bytes),
      tail_limit_(limits.tail_bytes) {}

lines::LineVolume HeadAndTail::volume_of(lines::LineKind kind, std::string_view text) noexcept {
  const bool has_ends = kind == lines::LineKind::lines || kind == lines::LineKind::last_part;
  return {has_ends ? lines::count_lines(text) : 0, text.size()};
}

void HeadAndTail::take_more(Stream stream, lines::LineKind kind, std::string_view text,
                            time::Steady::time_point now, Searched searched) {
  if (kind == lines::LineKind::frame) return;
  if (ring_ != nullptr && !ring_->is_ours()) forget();
  if (!head_is_full_) {
    const std::string_view fits =
        kind == lines::LineKind::lines ? lines::whole_lines(text, head_left_) : std::string_view();
    if (!fits.empty()) events_.take(stream, kind, fits, now, searched);
    text.remove_prefix(fits.size());
    head_is_full_ = true;
    head_left_ = 0;
  }
  if (text.size() > tail_limit_) {
    const std::string_view gone = kind == lines::LineKind::lines
                                      ? lines::at_least_lines(text, text.size() - tail_limit_)
                                      : text;
    shrink_to(0);
    omit(stream, kind, gone);
    text.remove_prefix(gone.size());
  }
  if (!text.empty()) {
    shrink_to(tail_limit_ - text.size());
    push(stream, kind, text, now);
  }
  if (omitted_.all.bytes > reported_ && next_report_ == time::Steady::time_point::max()) {
    next_report_ = now + report_interval;
  }
  tick(now);
}

void HeadAndTail::push(Stream stream, lines::LineKind kind, std::string_view text,
                       time::Steady::time_point now) {
  if (ring_ == nullptr) ring_ = make_ring_(tail_limit_);
  if (ring_ == nullptr) {  // no memory
    omit(stream, kind, text);
    return;
  }
  const std::int64_t wall_ns = (now.time_since_epoch() + wall_).count();
  while (!text.empty()) {
    const std::string_view some = kind == lines::LineKind::lines
                                      ? lines::whole_lines(text, journal::TailRing::max_push_bytes)
                                      : text;
    while (!ring_->has_room(some.size())) drop_front(UINT64_MAX);
    ring_->push(stream, kind, some, wall_ns,
                {omitted_.all.lines + in_tail_.all.lines, omitted_.all.bytes + in_tail_.all.bytes});
    count(in_tail_, stream, volume_of(kind, some));
    text.remove_prefix(some.size());
  }
}

void HeadAndTail::shrink_to(std::uint64_t bytes) {
  while (ring_ != nullptr && ring_->bytes() > bytes) drop_front(ring_->bytes() - bytes);
}

void HeadAndTail::drop_front(std::uint64_t least_bytes) {
  journal::TailLines front{};
  if (ring_->front(front) != journal::TailState::lines) {
    give_up_tail();
    return;
  }
  const std::string_view gone =
      front.kind == lines::LineKind::lines && least_bytes < front.text.size()
          ? lines::at_least_lines(front.text, least_bytes)
          : front.text;
  const lines::LineVolume volume = volume_of(front.kind, gone);
  in_tail_.all.lines -= volume.lines;
  in_tail_.all.bytes -= volume.bytes;
  in_tail_.by_stream[lines::index_of(front.stream)].lines -= volume.lines;
  in_tail_.by_stream[lines::index_of(front.stream)].bytes -= volume.bytes;
  omit(front.stream, front.kind, gone);
  ring_->drop(front, gone.size());
}

// The file was damaged: only the volume of its lines is known.
void HeadAndTail::give_up_tail() {
  for (std::size_t i = 0; i < lines::max_streams; ++i) {
    count(omitted_, static_cast<Stream>(i), in_tail_.by_stream[i]);
  }
  hash_is_known_ = false;
  in_tail_ = {};
  ring_->clear();
}

void HeadAndTail::omit(Stream stream, lines::LineKind kind, std::string_view text) {
  count(omitted_, stream, volume_of(kind, text));
  if (hash_ == nullptr) hash_ = std::make_unique<text::Sha256>();
  hash_->update(text);
}

void HeadAndTail::count(Omission& omission, Stream stream,
                        const lines::LineVolume& volume) const noexcept {
  for (lines::LineVolume* counted : {&omission.all, &omission.by_stream[lines::index_of(stream)]}) {
    counted->lines += volume.lines;
    counted->bytes += volume.bytes;
  }
}

void HeadAndTail::tick(time::Steady::time_point now) {
  if (now < next_report_) return;
  next_report_ = time::Steady::time_point::max();
  reported_ = omitted_.all.bytes;
  events_.coalescer().flush();
  events_.sink().omitting(omitted_.all);
}

void HeadAndTail::finish() {
  if (ring_ != nullptr && !ring_->is_ours()) forget();
  events_.coalescer().flush();
  if (ring_ != nullptr && !tail_is_whole()) give_up_tail();
  if (omitted_.all.bytes > 0) {
    if (hash_ != nullptr && hash_is_known_) omitted_.sha256 = hash_->finish();
    events_.sink().omitted(omitted_);
  }
  if (ring_ != nullptr) show_tail();
  forget();
}

bool HeadAndTail::tail_is_whole() const noexcept {
  journal::TailLines lines{};
  journal::TailState state = ring_->front(lines);
  while (state == journal::TailState::lines) state = ring_->next(lines);
  return state == journal::TailState::end;
}

void HeadAndTail::show_tail() {
  events_.coalescer().set_late(true);
  std::uint64_t taken = 0;
  journal::TailLines lines{};
  for (journal::TailState state = ring_->front(lines); state == journal::TailState::lines;
       state = ring_->next(lines)) {
    const time::Steady::time_point at{std::chrono::nanoseconds(lines.wall_ns) - wall_};
    events_.take(lines.stream, lines.kind, lines.text, at);
    taken += lines.text.size();
    taken -= release(taken - events_.coalescer().waiting_bytes());
  }
  events_.coalescer().flush();
  events_.coalescer().set_late(false);
}

// Recorded lines are removed from the tail, so that little is repeated if the process dies.
std::uint64_t HeadAndTail::release(std::uint64_t most_bytes) noexcept {
  std::uint64_t gone = 0;
  journal::TailLines front{};
  while (gone < most_bytes && ring_->front(front) == journal::TailState::lines) {
    std::size_t bytes = front.text.size();
    if (bytes > most_bytes - gone) bytes = lines::whole_lines(front.text, most_bytes - gone).size();
    if (bytes == 0 || (bytes < front.text.size() && front.kind != lines::LineKind::lines)) break;
    ring_->drop(front, bytes);
    gone += bytes;
  }
  return gone;
}

// The tail is finished; the head keeps its size.
void HeadAndTail::forget() noexcept {
  ring_.reset();
  in_tail_ = {};
  omitted_ = {};
  hash_is_known_ = true;
  hash_.reset();
  reported_ = 0;
  next_report_ = time::Steady::time_point::max();
}

}  // namespace trace::detail::capture
