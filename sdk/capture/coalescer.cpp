#include "capture/coalescer.hpp"

#include <algorithm>

namespace trace::detail {

void Coalescer::begin(Stream stream, Level level, std::string_view message, Place place,
                      Steady::time_point now) {
  tick(now);
  flush();
  waits_ = true;
  is_kept_ = false;
  is_trace_ = place != Place::outside;
  stream_ = stream;
  level_ = level;
  text_ = message;
  lines_ = 1;
  since_ = now;
  due_ = now + longest_wait;
  // The first line of a trace waits for the others.
  if (!is_trace_ && takes_from_reserve(now)) flush();
}

void Coalescer::alone(CapturedEvent event, Steady::time_point now) {
  flush();
  takes_from_reserve(now);
  event.at = now;
  event.is_late = is_late_;
  sink_.event(event);
}

void Coalescer::append(std::string_view message) {
  keep();
  own_ += '\n';
  own_ += message;
  text_ = own_;
}

void Coalescer::keep() {
  if (!waits_ || is_kept_) return;
  own_.reserve(max_text_bytes);
  own_.assign(text_);
  text_ = own_;
  is_kept_ = true;
}

bool Coalescer::takes_from_reserve(Steady::time_point now) noexcept {
  const Steady::time_point whole = std::max(reserve_whole_, now) + event_interval;
  if (whole > now + reserve * event_interval) return false;
  reserve_whole_ = whole;
  return true;
}

void Coalescer::flush() {
  if (!waits_) return;
  waits_ = false;
  sink_.event({.stream = stream_,
               .level = level_,
               .message = text_,
               .fields = {},
               .lines = lines_,
               .is_late = is_late_,
               .at = since_});
}

void Coalescer::tick(Steady::time_point now) {
  if (!waits_ || now < due_) return;
  takes_from_reserve(now);
  flush();
}

Steady::time_point Coalescer::next_due() const noexcept {
  return waits_ ? due_ : Steady::time_point::max();
}

}  // namespace trace::detail
