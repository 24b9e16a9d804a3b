// SPDX-License-Identifier: Apache-2.0
// LineFramer: cuts bytes that arrive in pieces into lines. The lines do not depend on how the bytes
// are split into writes, as long as no timer fires. Its output is valid UTF-8 without control
// sequences; characters and sequences are never cut. Memory is bounded for every input.
//
// Lines end at \n or \r\n. Text that is overwritten after a lone \r or a cursor movement is a frame
// of a progress display, not a line: at most one frame per 500 ms, the last, is passed on; the text
// at the line's end is the line. Rows that a program moves up to and draws again are one frame
// together, each as it was drawn last. A line that is longer than a message is passed on in parts;
// so is a line that has not grown for 250 ms (a prompt). Plain lines are passed on many at a time,
// as views of the caller's buffer.
//
// Time is passed by the owner, who calls tick() when it is due. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "lines/line.hpp"
#include "lines/terminal_controls.hpp"
#include "time/clock.hpp"

namespace trace::detail::lines {

class LineFramer {
 public:
  static constexpr std::size_t max_line_bytes = 16 * 1024;
  static constexpr std::chrono::milliseconds silence{250};
  static constexpr std::chrono::milliseconds frame_interval{500};

  explicit LineFramer(LineSink& sink) : sink_(sink) {}

  void write(std::string_view bytes, time::Steady::time_point now);
  // Passes on what has waited long enough.
  void tick(time::Steady::time_point now);
  // End of the bytes: passes on the rest. New bytes may follow.
  void finish(time::Steady::time_point now);

  // When tick() has work; max() if none.
  time::Steady::time_point next_due() const noexcept;
  // Control sequences were removed from the line, so that text that was separate is now adjacent,
  // or invalid UTF-8 was replaced.
  bool is_edited() const noexcept { return is_edited_; }
  // Frames of progress displays so far, passed on or not.
  std::uint64_t frames() const noexcept { return frames_; }

 private:
  static constexpr std::size_t widest_window = 64 * 1024;

  bool at_line_start() const noexcept;
  // How many bytes at the front are whole lines that need no care.
  std::size_t plain_lines(std::string_view bytes) noexcept;
  void count_rows(std::string_view lines) noexcept;

  // The rest: at most one \n, at its end.
  void write_piece(std::string_view piece);
  std::size_t write_run(std::string_view piece);
  void write_control(char control);
  // Takes what belongs to the character that the last write cut.
  std::size_t complete_character(std::string_view piece);
  void move(const TerminalMove& move);

  void add_text(std::string_view text, bool is_ascii = false);
  void bound_text();
  void carriage_return() noexcept;
  void remove_characters(unsigned count);
  void end_line();
  void end_row();
  void draw_row();
  void end_rows();
  void pass_rows();
  void begin_frame();
  void pass_frame(const std::string& frame, bool& waits);

  bool may_pass_frame() const noexcept { return now_ >= next_frame_; }
  bool shows_progress() const noexcept { return returned_ || overwriting_; }
  time::Steady::time_point silent_at() const noexcept;
  void fall_silent();

  LineSink& sink_;
  TerminalControls controls_;
  std::size_t window_ = widest_window;  // how far ahead plain lines are looked for

  std::string text_;       // of the unfinished line
  std::string character_;  // the first bytes of one
  bool is_part_ = false;   // parts of the line were passed on
  bool is_edited_ = false;
  bool is_full_ = false;  // what follows in this row is left out

  bool returned_ = false;     // the next text overwrites text_
  bool overwriting_ = false;  // the line is a progress display
  bool text_passed_ = false;  // text_ was passed on as a frame
  std::string frame_;         // the last one of this line
  bool frame_waits_ = false;

  unsigned rows_above_ = 0;  // that the cursor can go up to
  unsigned redrawn_ = 0;     // rows between the cursor and the last line
  // Rows that were drawn again and not passed on yet, by how far they are above the last line.
  std::map<unsigned, std::string, std::greater<>> rows_;
  std::size_t rows_bytes_ = 0;
  bool has_drawn_ = false;
  bool rows_wait_ = false;

  time::Steady::time_point now_{};
  time::Steady::time_point last_write_{};
  time::Steady::time_point next_frame_ = time::Steady::time_point::min();
  bool was_silent_ = true;
  std::uint64_t frames_ = 0;
};

}  // namespace trace::detail::lines
