// SPDX-License-Identifier: Apache-2.0
#include "capture/coalescer.hpp"

#include <utility>

namespace trace::detail::capture {

void Coalescer::begin(Stream stream, Level level, std::string_view message, Place place,
                      time::Steady::time_point now) {
  tick(now);
  send_before(stream);
  Joined& joined = joined_[lines::index_of(stream)];
  joined.waits = true;
  joined.is_kept = false;
  joined.is_trace = place != Place::outside;
  joined.level = level;
  joined.text = message;
  joined.lines = 1;
  joined.searched = searched_.version;
  searched_.with_previous = true;  // the next line of this call
  joined.begun = ++begun_;
  joined.since = now;
  joined.due = now + (joined.is_trace ? trace_silence : longest_wait);
  if (!joined.is_trace && takes_from_reserve(now)) send(joined);
}

void Coalescer::alone(CapturedEvent event, time::Steady::time_point now) {
  send_before(event.stream);
  takes_from_reserve(now);
  event.at = now;
  event.is_late = is_late_;
  sink_.event(event);
}

void Coalescer::append(Joined& joined, std::string_view message) {
  // Lines between which something was removed may form a secret together.
  if (!std::exchange(searched_.with_previous, true) || joined.searched != searched_.version) {
    joined.searched = Searched::never;
  }
  keep(joined);
  joined.own += '\n';
  joined.own += message;
  joined.text = joined.own;
}

void Coalescer::keep(Joined& joined) {
  if (!joined.waits || joined.is_kept) return;
  joined.own.reserve(max_text_bytes);
  joined.own.assign(joined.text);
  joined.text = joined.own;
  joined.is_kept = true;
}

void Coalescer::keep() {
  for (Joined& joined : joined_) keep(joined);
}

bool Coalescer::takes_from_reserve(time::Steady::time_point now) noexcept {
  const time::Steady::time_point whole = std::max(reserve_whole_, now) + event_interval;
  if (whole > now + reserve * event_interval) return false;
  reserve_whole_ = whole;
  return true;
}

void Coalescer::send_before(Stream stream) {
  const Joined& own = joined_[lines::index_of(stream)];
  // Late events leave the tail in order, so none of them may wait past the next.
  send_all([&](const Joined& joined) { return is_late_ || !joined.is_trace || &joined == &own; });
}

template <typename Predicate>
int Coalescer::send_all(Predicate is_meant) {
  for (int sent = 0;; ++sent) {
    Joined* next = nullptr;
    for (Joined& joined : joined_) {
      if (!joined.waits || !is_meant(joined)) continue;
      if (next == nullptr || joined.begun < next->begun) next = &joined;
    }
    if (next == nullptr) return sent;
    send(*next);
  }
}

void Coalescer::send(Joined& joined) {
  joined.waits = false;
  sink_.event({.stream = static_cast<Stream>(&joined - joined_.data()),
               .level = joined.level,
               .message = joined.text,
               .fields = {},
               .lines = joined.lines,
               .searched = joined.searched,
               .is_late = is_late_,
               .at = joined.since});
}

void Coalescer::flush() {
  send_all([](const Joined&) { return true; });
}

void Coalescer::tick(time::Steady::time_point now) {
  const int sent = send_all([&](const Joined& joined) { return now >= joined.due; });
  for (int i = 0; i < sent; ++i) takes_from_reserve(now);
}

time::Steady::time_point Coalescer::next_due() const noexcept {
  time::Steady::time_point next = time::Steady::time_point::max();
  for (const Joined& joined : joined_) {
    if (joined.waits) next = std::min(next, joined.due);
  }
  return next;
}

std::size_t Coalescer::waiting_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const Joined& joined : joined_) {
    if (joined.waits) bytes += joined.text.size() + 1;
  }
  return bytes;
}

}  // namespace trace::detail::capture
