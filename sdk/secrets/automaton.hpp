// SPDX-License-Identifier: Apache-2.0
// Automaton: Aho–Corasick over all forms of all secrets. After each symbol it knows the longest
// form that ends there and the longest prefix of a form that is being matched; no shorter partial
// match is lost, because the state's failure link leads to the next shorter one.
//
// Most nodes have one child, which is the next node: nine bytes for each symbol of a form. The
// other children are in a hash table. Building takes time linear in the symbols. Immutable, so safe
// on any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "secrets/secret_forms.hpp"

namespace trace::detail::secrets {

// A length in symbols, where a gap counts as one.
struct FormLength {
  std::uint32_t symbols = 0;
  // It contains a gap, so its text may be longer, or an escaped line end, so line breaks within it
  // are not skipped.
  bool is_irregular = false;
};

class Automaton {
 public:
  using State = std::uint32_t;
  static constexpr State start = 0;

  // `forms`: of symbols, sorted, each once, none empty, no gap at an end and no two in a row.
  explicit Automaton(std::span<const std::string> forms);

  State after(State state, char symbol) const noexcept;

  FormLength length(State state) const noexcept {
    const std::uint32_t word = lengths_[state];
    return {word & ~irregular, (word & irregular) != 0};
  }
  // The longest form that ends with the symbol read last; 0 symbols: none.
  FormLength match(State state) const noexcept;
  // The longest prefix of a form that the next symbols can extend.
  FormLength under_way(State state) const noexcept;
  // The longest regular suffix of the state's text.
  State regular(State state) const noexcept;

  std::size_t bytes() const noexcept;

 private:
  static constexpr std::uint32_t irregular = std::uint32_t{1} << 31;
  // Of failures_, beside the link.
  static constexpr std::uint32_t is_form = std::uint32_t{1} << 31;
  static constexpr std::uint32_t ends_form = std::uint32_t{1} << 30;  // or a node it fails to is
  static constexpr std::uint32_t has_branches = std::uint32_t{1} << 29;
  static constexpr std::uint32_t link_mask = has_branches - 1;

  struct Branch {
    std::uint32_t node = 0;
    std::uint32_t child = 0;  // 0: free
    char symbol = 0;
  };
  struct Line;

  State failure(State state) const noexcept { return failures_[state] & link_mask; }
  bool has_child(State state) const noexcept {
    return state + 1 < lengths_.size() && length(state + 1).symbols > length(state).symbols;
  }
  State child(State of, char symbol) const noexcept;
  std::size_t place_of(State node, char symbol) const noexcept;
  void add_branch(State node, char symbol, State child);
  std::vector<Line> add_nodes(std::span<const std::string> forms);
  void link(std::span<const std::string> forms, std::span<const Line> lines);

  std::array<State, 256> first_{};      // the start's children by symbol, or the start
  std::vector<char> symbols_;           // that leads to the node
  std::vector<std::uint32_t> lengths_;  // FormLength
  std::vector<std::uint32_t> failures_;
  std::vector<Branch> branches_;  // open addressing; a power of two
};

}  // namespace trace::detail::secrets
