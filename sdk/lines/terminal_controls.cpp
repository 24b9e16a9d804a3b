// SPDX-License-Identifier: Apache-2.0
#include "lines/terminal_controls.hpp"

#include <algorithm>

#include "lines/plain_text.hpp"

namespace trace::detail::lines {
namespace {

constexpr unsigned max_number = 9999;

constexpr bool is_final(unsigned char byte) noexcept { return byte >= 0x40 && byte <= 0x7E; }
constexpr bool is_intermediate(unsigned char byte) noexcept { return byte >= 0x20 && byte <= 0x2F; }

}  // namespace

void TerminalControls::start_c1(unsigned char second) noexcept {
  constexpr std::string_view strings = "\x90\x98\x9D\x9E\x9F";  // DCS, SOS, OSC, PM, APC
  if (second == 0x9B) {
    begin_csi();
  } else if (strings.find(static_cast<char>(second)) != std::string_view::npos) {
    state_ = State::text;
  }  // others are controls of their own
}

std::size_t TerminalControls::take(std::string_view bytes, TerminalMove& move) noexcept {
  move = {};
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (!step(static_cast<unsigned char>(bytes[at]), move)) {
      state_ = State::outside;
      return at;
    }
    if (state_ == State::outside) return at + 1;
  }
  return bytes.size();
}

bool TerminalControls::step(unsigned char byte, TerminalMove& move) noexcept {
  if (state_ == State::escape) return step_escape(byte, move);
  if (state_ == State::csi) return step_csi(byte, move);
  if (state_ != State::intermediate) return step_text(byte);
  if (is_intermediate(byte)) return true;
  if (byte < 0x30 || byte > 0x7E) return false;
  state_ = State::outside;
  return true;
}

bool TerminalControls::step_escape(unsigned char byte, TerminalMove& move) noexcept {
  constexpr std::string_view strings = "]PX^_";  // OSC, DCS, SOS, PM, APC
  if (byte == 0x1B) return true;
  if (byte == '[') {
    begin_csi();
  } else if (strings.find(static_cast<char>(byte)) != std::string_view::npos) {
    state_ = State::text;
  } else if (is_intermediate(byte)) {
    state_ = State::intermediate;
  } else {
    if (byte < 0x30 || byte > 0x7E) return false;
    if (byte == 'M') move = {TerminalMove::Kind::up, 1};
    state_ = State::outside;
  }
  return true;
}

void TerminalControls::begin_csi() noexcept {
  state_ = State::csi;
  number_ = 0;
  number_ended_ = false;
  is_private_ = false;
}

bool TerminalControls::step_csi(unsigned char byte, TerminalMove& move) noexcept {
  if (byte >= '0' && byte <= '9') {
    if (!number_ended_) number_ = std::min(number_ * 10 + (byte - '0'), max_number);
    return true;
  }
  if (byte == ';' || byte == ':') {
    number_ended_ = true;
    return true;
  }
  if ((byte >= 0x3C && byte <= 0x3F) || is_intermediate(byte)) {
    is_private_ = true;
    return true;
  }
  if (!is_final(byte)) return false;
  if (!is_private_) move = csi_move(byte);
  state_ = State::outside;
  return true;
}

TerminalMove TerminalControls::csi_move(unsigned char final) const noexcept {
  using Kind = TerminalMove::Kind;
  const unsigned count = std::max(number_, 1U);
  if (final == 'A' || final == 'F') return {Kind::up, count};
  if (final == 'B' || final == 'E') return {Kind::down, count};
  if (final == 'C') return {Kind::forward, count};
  if (final == 'D') return {Kind::back, count};
  if (final == 'G' || final == '`') return {number_ <= 1 ? Kind::line_start : Kind::none, 1};
  if (final == 'H' || final == 'f') return {Kind::line_start, 1};
  if (final == 'K') return {number_ == 0 ? Kind::none : Kind::erase, 1};
  return {};
}

bool TerminalControls::step_text(unsigned char byte) noexcept {
  if (byte == '\n') return false;
  const bool is_string_terminator = byte == 0x9C && state_ == State::text_c2;
  if (byte == 0x07 || byte == 0x18 || byte == 0x1A || is_string_terminator) {  // BEL, CAN, SUB
    state_ = State::outside;
  } else {
    // ESC \ ends a text, and another sequence ends it, too.
    state_ = byte == 0x1B ? State::escape : byte == 0xC2 ? State::text_c2 : State::text;
  }
  return true;
}

std::string without_controls(std::string_view text) {
  std::string out;
  TerminalControls controls;
  while (!text.empty()) {
    if (controls.inside()) {
      TerminalMove move;
      text.remove_prefix(controls.take(text, move));
      continue;
    }
    bool ascii = true;
    std::size_t plain = first_control(text, ascii);
    if (!ascii) plain = first_c1(text.substr(0, plain));
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const char control = text.front();
    if (control == '\xC2') {
      controls.start_c1(static_cast<unsigned char>(text[1]));
      text.remove_prefix(2);
      continue;
    }
    if (control == '\x1B') {
      controls.start();
    } else if (std::string_view("\a\x0E\x0F").find(control) == std::string_view::npos) {
      out += control;
    }
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace trace::detail::lines
