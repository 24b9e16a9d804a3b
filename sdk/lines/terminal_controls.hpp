// TerminalControls: takes control sequences out of a stream of bytes, wherever the reads meet: CSI,
// OSC (window titles, hyperlinks) and the other strings, character sets, two-byte escapes, and the
// C1 forms of them. It keeps a few bytes of state and no text. What a sequence means for a line is
// told in the few words that a line framer understands. One thread.
//
// A line feed always ends a sequence, so that an unfinished one costs at most its own line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace trace::detail::lines {

// What a control sequence does to the lines.
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

  // Takes what belongs to the sequence from the front of the bytes; answers how much. When the
  // sequence ended in them, `move` is what it does.
  std::size_t take(std::string_view bytes, TerminalMove& move) noexcept;

 private:
  enum class State : std::uint8_t {
    outside,
    escape,        // behind ESC
    intermediate,  // ESC and a byte that announces a final one: character sets
    csi,
    text,         // an OSC or another string
    text_escape,  // behind ESC in it
    text_c2,      // behind C2 in it
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
