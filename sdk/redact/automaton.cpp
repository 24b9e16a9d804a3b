#include "redact/automaton.hpp"

#include <cstring>

namespace trace::detail {
namespace {

// The forms [from, to) that begin with a node's text, which has `depth` symbols.
struct Group {
  std::uint32_t from;
  std::uint32_t to;
  std::uint32_t depth;
  bool has_gap;
};

}  // namespace

Automaton::Automaton(std::span<const std::string> forms) : first_{} {
  add_children(forms);
  link();
}

// Level by level, so that children get consecutive numbers.
void Automaton::add_children(std::span<const std::string> forms) {
  std::vector<Group> groups{{0, static_cast<std::uint32_t>(forms.size()), 0, false}};
  symbols_.push_back(0);
  for (std::size_t node = 0; node < groups.size(); ++node) {
    const Group group = groups[node];
    children_.push_back(static_cast<State>(groups.size()));
    std::uint32_t at = group.from;
    const std::uint32_t length = group.depth | (group.has_gap ? gap_bit : 0);
    // The shortest form of the group is its first.
    const bool is_form = at < group.to && forms[at].size() == group.depth;
    matches_.push_back(is_form ? length : 0);
    if (is_form) ++at;
    under_way_.push_back(at < group.to ? length : 0);
    while (at < group.to) {
      const char symbol = forms[at][group.depth];
      std::uint32_t end = at + 1;
      while (end < group.to && forms[end][group.depth] == symbol) ++end;
      if (node == start) {
        first_[static_cast<unsigned char>(symbol)] = static_cast<State>(groups.size());
      }
      symbols_.push_back(symbol);
      groups.push_back({at, end, group.depth + 1, group.has_gap || symbol == gap});
      at = end;
    }
  }
  children_.push_back(static_cast<State>(groups.size()));
}

// A node's failure link and what follows from it; those of shorter texts are known already.
void Automaton::link() {
  failures_.assign(symbols_.size(), start);
  for (State node = start; node < symbols_.size(); ++node) {
    if (node != start) {
      if (matches_[node] == 0) matches_[node] = matches_[failures_[node]];
      if (under_way_[node] == 0) under_way_[node] = under_way_[failures_[node]];
    }
    for (State each = children_[node]; each < children_[node + 1]; ++each) {
      if (node != start) failures_[each] = after(failures_[node], symbols_[each]);
    }
  }
}

Automaton::State Automaton::child(State of, char symbol) const noexcept {
  if (of == start) return first_[static_cast<unsigned char>(symbol)];
  const State begin = children_[of];
  const State count = children_[of + 1] - begin;
  if (count == 1) return symbols_[begin] == symbol ? begin : start;
  if (count == 0) return start;
  const char* const symbols = symbols_.data() + begin;
  const void* const found = std::memchr(symbols, symbol, count);
  return found == nullptr ? start
                          : begin + static_cast<State>(static_cast<const char*>(found) - symbols);
}

Automaton::State Automaton::after(State state, char symbol) const noexcept {
  for (;;) {
    const State next = child(state, symbol);
    if (next != start || state == start) return next;
    state = failures_[state];
  }
}

void Automaton::read(Walk& walk, char c) const noexcept {
  if (!is_white_space(c)) {
    walk.white_space = 0;
    walk.state = after(walk.state, c);
  } else if (walk.state == start) {
    return;  // no form begins with a gap
  } else if (walk.white_space == 0) {
    walk.white_space = 1;
    walk.state = after(walk.state, gap);
  } else if (++walk.white_space > longest_gap) {
    walk = {};
  }
}

std::size_t Automaton::bytes() const noexcept {
  return symbols_.size() * (sizeof(char) + 2 * sizeof(State) + 2 * sizeof(std::uint32_t));
}

}  // namespace trace::detail
