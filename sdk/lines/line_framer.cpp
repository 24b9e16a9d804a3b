// SPDX-License-Identifier: Apache-2.0
#include "lines/line_framer.hpp"

#include <algorithm>
#include <utility>

#include "lines/plain_text.hpp"
#include "text/utf8.hpp"

namespace trace::detail::lines {
namespace {

constexpr std::size_t narrowest_window = 1024;
// Limit of a line without an end, whatever the size of a write.
constexpr std::size_t longest_piece = 64 * 1024;
// More rows than a terminal has.
constexpr unsigned most_rows = 200;

// The leading lines that do not exceed the maximum length.
std::string_view without_long_lines(std::string_view lines) noexcept {
  std::size_t end = 0;
  while (lines.size() - end > LineFramer::max_line_bytes) {
    const auto next = whole_lines(lines.substr(end), LineFramer::max_line_bytes + 1).size();
    if (next == 0) return lines.substr(0, end);
    end += next;
  }
  return lines;
}

}  // namespace

void LineFramer::write(std::string_view bytes, time::Steady::time_point now) {
  if (bytes.empty()) return;
  now_ = last_write_ = now;
  was_silent_ = false;
  while (!bytes.empty()) {
    if (at_line_start()) {
      if (const std::size_t plain = plain_lines(bytes); plain > 0) {
        count_rows(bytes.substr(0, plain));
        is_edited_ = false;  // what preceded them left no text
        sink_.take(LineKind::lines, bytes.substr(0, plain));
        bytes.remove_prefix(plain);
        continue;
      }
    }
    const std::size_t end = bytes.substr(0, longest_piece).find('\n');
    const std::string_view piece =
        bytes.substr(0, end == std::string_view::npos ? longest_piece : end + 1);
    write_piece(piece);
    bytes.remove_prefix(piece.size());
  }
}

bool LineFramer::at_line_start() const noexcept {
  return text_.empty() && character_.empty() && !controls_.inside() && !is_part_ && !overwriting_ &&
         frame_.empty() && redrawn_ == 0 && !rows_wait_;
}

std::size_t LineFramer::plain_lines(std::string_view bytes) noexcept {
  bool ascii = true;
  const std::string_view window = bytes.substr(0, window_);
  std::string_view lines = whole_lines(window, first_control(window, ascii));
  if (!ascii) {
    lines = whole_lines(lines, first_c1(lines));
    // The line with invalid bytes is found by bisection; more of them are usually nearby.
    for (; !text::is_valid_utf8(lines); window_ = narrowest_window) {
      const std::string_view half = whole_lines(lines, lines.size() / 2);
      lines = half.empty() && count_lines(lines) > 1 ? at_least_lines(lines, 1) : half;
    }
  }
  window_ = std::min(window_ * 2, widest_window);
  return without_long_lines(lines).size();
}

void LineFramer::count_rows(std::string_view lines) noexcept {
  for (std::size_t at = 0; rows_above_ < most_rows && at < lines.size(); ++rows_above_) {
    at = lines.find('\n', at) + 1;
  }
}

void LineFramer::write_piece(std::string_view piece) {
  while (!piece.empty()) {
    std::size_t taken = 0;
    if (!character_.empty()) {
      taken = complete_character(piece);
    } else if (controls_.inside()) {
      TerminalMove what;
      taken = controls_.take(piece, what);
      move(what);
    } else {
      taken = write_run(piece);
    }
    piece.remove_prefix(taken);
  }
}

std::size_t LineFramer::write_run(std::string_view piece) {
  const bool ends = piece.back() == '\n';
  bool ascii = true;
  std::string_view run = piece.substr(0, piece.size() - (ends ? 1 : 0));
  run = run.substr(0, first_control(run, ascii));
  if (run.empty()) {
    write_control(piece.front());
    return 1;
  }
  if (!ascii) {
    const std::size_t control = first_c1(run);
    if (control < run.size()) {
      add_text(run.substr(0, control));
      is_edited_ = true;
      controls_.start_c1(static_cast<unsigned char>(run[control + 1]));
      return control + 2;
    }
    if (run.size() == piece.size()) {
      const std::size_t cut = text::unfinished_utf8_bytes(run);
      add_text(run.substr(0, run.size() - cut));
      character_.assign(run.substr(run.size() - cut));
      return run.size();
    }
  }
  add_text(run, ascii);
  return run.size();
}

std::size_t LineFramer::complete_character(std::string_view piece) {
  std::size_t taken = 0;
  while (taken < piece.size() && text::unfinished_utf8_bytes(character_) > 0 &&
         text::is_continuation(piece[taken])) {
    character_ += piece[taken++];
  }
  if (taken == piece.size() && text::unfinished_utf8_bytes(character_) > 0) return taken;
  const std::string character = std::move(character_);
  character_.clear();
  if (first_c1(character) == 0) {
    is_edited_ = true;
    controls_.start_c1(static_cast<unsigned char>(character[1]));
  } else {
    add_text(character);
  }
  return taken;
}

void LineFramer::write_control(char control) {
  if (control == '\n') return end_line();
  if (control == '\r') return carriage_return();
  is_edited_ = true;
  if (control == '\x1B') return controls_.start();
  if (control == '\b' && !returned_) remove_characters(1);
  if (control == '\v' || control == '\f') add_text({&control, 1});
  // BEL, SO and SI leave nothing.
}

void LineFramer::move(const TerminalMove& move) {
  using Kind = TerminalMove::Kind;
  switch (move.kind) {
    case Kind::none:
      break;
    case Kind::line_start:
      carriage_return();
      break;
    case Kind::erase:
      if (!text_.empty()) carriage_return();
      break;
    case Kind::up:
      if (!text_.empty()) begin_frame();
      redrawn_ = std::min({redrawn_ + move.count, rows_above_, most_rows});
      break;
    case Kind::down:
      for (unsigned i = 0; i < move.count && redrawn_ > 0; ++i) end_row();
      break;
    case Kind::back:
      if (!returned_) remove_characters(move.count);
      break;
    case Kind::forward:
      if (!returned_ && !text_.empty()) add_text(" ");
      break;
  }
}

void LineFramer::add_text(std::string_view text, bool is_ascii) {
  if (text.empty()) return;
  if (returned_) begin_frame();
  if (is_full_) return;
  if (is_ascii) {
    text_.append(text);
  } else {
    is_edited_ = is_edited_ || !text::is_valid_utf8(text);
    text::append_valid_utf8(text_, text);
  }
  text_passed_ = false;
  if (text_.size() > max_line_bytes) bound_text();
}

void LineFramer::bound_text() {
  if (redrawn_ > 0) {
    text_.resize(text::trimmed_utf8(text_, max_line_bytes).size());
    is_full_ = true;
    return;
  }
  std::string_view rest = text_;
  while (rest.size() > max_line_bytes) {
    const std::string_view part = text::trimmed_utf8(rest, max_line_bytes);
    sink_.take(LineKind::part, part);
    is_part_ = true;
    rest.remove_prefix(part.size());
  }
  text_.erase(0, text_.size() - rest.size());
}

void LineFramer::carriage_return() noexcept {
  // Many programs move to the line's start before they write, not after.
  (text_.empty() ? overwriting_ : returned_) = true;
}

void LineFramer::remove_characters(unsigned count) {
  std::size_t left = text_.size();
  for (; count > 0 && left > 0; --count) {
    do --left;
    while (left > 0 && text::is_continuation(text_[left]));
  }
  if (left == 0 && count > 0) {
    carriage_return();  // to the line's start and beyond
  } else {
    text_.resize(left);
  }
}

void LineFramer::end_line() {
  returned_ = false;
  if (redrawn_ > 0) {
    end_row();
    return;
  }
  if (rows_wait_) pass_rows();
  // An erased display leaves its last frame.
  if (text_.empty() && !is_part_) text_.swap(frame_);
  frame_.clear();
  frame_waits_ = overwriting_ = text_passed_ = false;
  rows_above_ = std::min(rows_above_ + 1, most_rows);
  text_ += '\n';
  sink_.take(is_part_ ? LineKind::last_part : LineKind::lines, text_);
  text_.clear();
  is_part_ = is_edited_ = false;
}

void LineFramer::end_row() {
  if (!text_.empty()) draw_row();
  text_.clear();
  is_full_ = returned_ = overwriting_ = text_passed_ = false;
  if (--redrawn_ == 0) end_rows();
}

void LineFramer::draw_row() {
  has_drawn_ = true;
  if (rows_bytes_ >= max_line_bytes && !rows_.contains(redrawn_)) return;  // no room in a frame
  std::string& row = rows_[redrawn_];
  rows_bytes_ -= row.size();
  row.swap(text_);
  rows_bytes_ += row.size();
}

void LineFramer::end_rows() {
  if (!std::exchange(has_drawn_, false)) return;
  ++frames_;
  rows_wait_ = true;
  if (may_pass_frame()) pass_rows();
}

void LineFramer::pass_rows() {
  std::string together;
  for (const auto& [place, row] : rows_) together.append(together.empty() ? "" : "\n").append(row);
  together.resize(text::trimmed_utf8(together, max_line_bytes).size());
  rows_.clear();
  rows_bytes_ = 0;
  pass_frame(together, rows_wait_);
}

void LineFramer::begin_frame() {
  returned_ = false;
  overwriting_ = true;
  is_full_ = false;
  ++frames_;
  const bool passed = text_passed_;
  text_passed_ = false;
  if (redrawn_ > 0) {  // a row that is not done yet
    text_.clear();
    return;
  }
  if (rows_wait_) pass_rows();
  frame_.swap(text_);
  text_.clear();
  frame_waits_ = !passed;
  if (frame_waits_ && may_pass_frame()) pass_frame(frame_, frame_waits_);
}

void LineFramer::pass_frame(const std::string& frame, bool& waits) {
  waits = false;
  next_frame_ = now_ + frame_interval;
  sink_.take(LineKind::frame, frame);
}

time::Steady::time_point LineFramer::silent_at() const noexcept {
  if (was_silent_ || text_.empty() || redrawn_ > 0) return time::Steady::time_point::max();
  const time::Steady::time_point at = last_write_ + silence;
  return shows_progress() ? std::max(at, next_frame_) : at;
}

void LineFramer::fall_silent() {
  was_silent_ = true;
  if (shows_progress()) {
    if (text_passed_) return;
    frame_waits_ = false;  // older than the current text
    text_passed_ = true;
    bool waits = true;
    pass_frame(text_, waits);
    return;
  }
  sink_.take(LineKind::part, text_);
  text_.clear();
  is_part_ = true;
}

void LineFramer::tick(time::Steady::time_point now) {
  now_ = now;
  if (now >= silent_at()) fall_silent();
  if (rows_wait_ && may_pass_frame()) pass_rows();
  if (frame_waits_ && may_pass_frame()) pass_frame(frame_, frame_waits_);
}

time::Steady::time_point LineFramer::next_due() const noexcept {
  const time::Steady::time_point silent = silent_at();
  return rows_wait_ || frame_waits_ ? std::min(silent, next_frame_) : silent;
}

void LineFramer::finish(time::Steady::time_point now) {
  now_ = now;
  if (!character_.empty()) add_text(std::exchange(character_, {}));
  controls_.reset();
  if (redrawn_ > 0) {
    redrawn_ = 1;
    end_row();
  }
  if (rows_wait_) pass_rows();
  if (!text_.empty() || is_part_ || !frame_.empty()) end_line();
  returned_ = overwriting_ = false;
  rows_above_ = 0;
  was_silent_ = true;
}

}  // namespace trace::detail::lines
