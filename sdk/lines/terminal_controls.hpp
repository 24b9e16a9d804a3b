// SPDX-License-Identifier: Apache-2.0
// TerminalControls: removes control sequences from a stream of bytes that may be split anywhere:
// CSI, OSC (window titles, hyperlinks) and the other strings, character sets, two-byte escapes, and
// their C1 forms. It keeps a few bytes of state and no text. The effect of a sequence on lines is
// reported as a TerminalMove. One thread.
//
// A line feed always ends a sequence, so an unfinished one affects only its own line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace trace::detail::lines {

// The effect of a control sequence on the lines.
struct TerminalMove {
  enum class Kind : std::uint8_t {
    none,        // colours, titles, modes …
    line_start,  // the cursor goes to where text of the line is overwritten
    erase,       // the line is erased
    up,
    down,
    back,
    forward,
  };
  Kind kind = Kind::none;
  unsigned count = 1;  // of up, down, back, forward
};

class TerminalControls {
 public:
  // The bytes that follow belong to a sequence.
  bool inside() const noexcept { return state_ != State::outside; }
  // ESC came.
  void start() noexcept { state_ = State::escape; }
  // C2 and this byte came.
  void start_c1(unsigned char second) noexcept;
  void reset() noexcept { state_ = State::outside; }

  // Consumes the sequence's bytes at the front; returns their number. If the sequence ended in
  // them, `move` is its effect.
  std::size_t take(std::string_view bytes, TerminalMove& move) noexcept;

 private:
  enum class State : std::uint8_t {
    outside,
    escape,        // after ESC
    intermediate,  // ESC and a byte that announces a final one: character sets
    csi,
    text,     // an OSC or another string
    text_c2,  // after C2 in it
  };

  // False: the byte does not belong to the sequence, which ends before it.
  bool step(unsigned char byte, TerminalMove& move) noexcept;
  bool step_escape(unsigned char byte, TerminalMove& move) noexcept;
  bool step_csi(unsigned char byte, TerminalMove& move) noexcept;
  bool step_text(unsigned char byte) noexcept;
  void begin_csi() noexcept;
  TerminalMove csi_move(unsigned char final) const noexcept;

  State state_ = State::outside;
  // Of a CSI: its first number, and whether that is over; private or with an intermediate byte.
  unsigned number_ = 0;
  bool number_ended_ = false;
  bool is_private_ = false;
};

// A whole text, valid UTF-8, without its sequences and without BEL, SO and SI. What the others do
// to lines they do not do here.
std::string without_controls(std::string_view text);

}  // namespace trace::detail::lines
