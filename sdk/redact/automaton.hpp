// Automaton: Aho and Corasick's, over all forms of all secrets. Reading byte by byte it knows at
// each place the longest form that ends there and the longest start of a form that is under way,
// and no other partial match is ever lost: the state's failure link leads to the next shorter one.
//
// A form's gap stands for a run of white space: the first byte of a run is read as a gap, the
// others change nothing, up to longest_gap bytes.
//
// A node's children lie side by side, so a node is five small numbers and no table. Texts are
// walked through it only where Candidates saw something. Immutable, so safe on any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "redact/whitespace.hpp"

namespace trace::detail {

// A length in symbols, where a gap counts as one.
struct FormLength {
  std::uint32_t symbols = 0;
  bool has_gap = false;  // the text of it may be longer
};

class Automaton {
 public:
  using State = std::uint32_t;
  static constexpr State start = 0;

  // `forms`: sorted, each once, none empty, no gap at an end and no two in a row.
  explicit Automaton(std::span<const std::string> forms);

  // What a text is read with, from its beginning or from where no form is under way.
  struct Walk {
    State state = start;
    std::uint32_t white_space = 0;  // bytes of the run that was read last

    bool is_idle() const noexcept { return state == start; }
  };
  void read(Walk& walk, char c) const noexcept;

  // The longest form that ends with the byte read last; 0 symbols: none.
  FormLength match(State state) const noexcept { return unpacked(matches_[state]); }
  // The longest start of a form that the next bytes can complete or make longer.
  FormLength under_way(State state) const noexcept { return unpacked(under_way_[state]); }

  std::size_t bytes() const noexcept;

 private:
  static constexpr std::uint32_t gap_bit = std::uint32_t{1} << 31;
  static FormLength unpacked(std::uint32_t word) noexcept {
    return {word & ~gap_bit, (word & gap_bit) != 0};
  }
  State child(State of, char symbol) const noexcept;
  State after(State state, char symbol) const noexcept;
  void add_children(std::span<const std::string> forms);
  void link();

  std::array<State, 256> first_;        // the start's children by symbol, or the start
  std::vector<char> symbols_;           // that leads to the node
  std::vector<State> children_;         // the first one; the last is in front of the next node's
  std::vector<State> failures_;         // the longest end of the node's text that is a node
  std::vector<std::uint32_t> matches_;  // FormLength
  std::vector<std::uint32_t> under_way_;
};

}  // namespace trace::detail
