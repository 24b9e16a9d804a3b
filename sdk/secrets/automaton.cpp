// SPDX-License-Identifier: Apache-2.0
#include "secrets/automaton.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace trace::detail::secrets {

// The nodes that a form adds, for its symbols from `from` on, consecutively.
struct Automaton::Line {
  State parent = start;  // has the symbols before `from`
  State first = start;
  std::uint32_t from = 0;
};

namespace {

std::uint32_t common_beginning(std::string_view a, std::string_view b) {
  const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  return static_cast<std::uint32_t>(end - a.begin());
}

bool makes_irregular(std::string_view form, std::size_t at) {
  return form[at] == gap || (at > 0 && form[at - 1] == '\\' && is_line_end_letter(form[at]));
}

}  // namespace

Automaton::Automaton(std::span<const std::string> forms) { link(forms, add_nodes(forms)); }

// Depth first, in the order of the forms.
std::vector<Automaton::Line> Automaton::add_nodes(std::span<const std::string> forms) {
  std::vector<Line> lines(forms.size());
  std::size_t nodes = 1;
  std::size_t branches = 0;
  for (std::size_t i = 0; i < forms.size(); ++i) {
    lines[i].from = i == 0 ? 0 : common_beginning(forms[i - 1], forms[i]);
    nodes += forms[i].size() - lines[i].from;
    // The previous form continues after the common prefix.
    branches += lines[i].from > 0 && lines[i].from < forms[i - 1].size() ? 1 : 0;
  }
  if (nodes > link_mask) throw std::length_error("more secrets than can be redacted");
  symbols_.reserve(nodes);
  lengths_.reserve(nodes);
  symbols_.push_back(0);
  lengths_.push_back(0);
  failures_.assign(nodes, start);
  branches_.resize(std::bit_ceil(branches * 2 + 1));
  std::vector<State> path(1, start);  // the nodes of the former form
  for (std::size_t i = 0; i < forms.size(); ++i) {
    const std::string& form = forms[i];
    Line& line = lines[i];
    path.resize(line.from + 1);
    line.parent = path.back();
    line.first = static_cast<State>(symbols_.size());
    std::uint32_t irregular_bit = lengths_[line.parent] & irregular;
    if (line.from == 0) {
      first_[static_cast<unsigned char>(form[0])] = line.first;
    } else if (line.parent + 1 != line.first) {
      add_branch(line.parent, form[line.from], line.first);
    }
    for (std::size_t at = line.from; at < form.size(); ++at) {
      if (makes_irregular(form, at)) irregular_bit = irregular;
      path.push_back(static_cast<State>(symbols_.size()));
      symbols_.push_back(form[at]);
      lengths_.push_back(static_cast<std::uint32_t>(at + 1) | irregular_bit);
    }
    failures_[path.back()] |= is_form;
  }
  return lines;
}

// A node's failure link and what follows from it; links of shorter texts are already known, because
// nodes are linked by length.
void Automaton::link(std::span<const std::string> forms, std::span<const Line> lines) {
  std::vector<std::uint32_t> open(forms.size());  // forms that are as long
  for (std::uint32_t i = 0; i < open.size(); ++i) open[i] = i;
  for (std::uint32_t depth = 0; !open.empty(); ++depth) {
    std::erase_if(open, [&](std::uint32_t i) { return forms[i].size() <= depth; });
    for (const std::uint32_t i : open) {
      const Line& line = lines[i];
      if (line.from > depth) continue;  // the node is a former form's
      const State node = line.first + depth - line.from;
      const State parent = depth == line.from ? line.parent : node - 1;
      const State to = parent == start ? start : after(failure(parent), symbols_[node]);
      failures_[node] |= to;
      if ((failures_[node] & is_form) != 0 || (failures_[to] & ends_form) != 0) {
        failures_[node] |= ends_form;
      }
    }
  }
}

std::size_t Automaton::place_of(State node, char symbol) const noexcept {
  const std::uint64_t key = std::uint64_t{node} << 8 | static_cast<unsigned char>(symbol);
  const std::uint64_t hash = key * std::uint64_t{0x9E3779B97F4A7C15};
  const std::size_t mask = branches_.size() - 1;
  std::size_t place = static_cast<std::size_t>(hash >> 32) & mask;
  while (branches_[place].child != 0 &&
         (branches_[place].node != node || branches_[place].symbol != symbol)) {
    place = (place + 1) & mask;
  }
  return place;
}

void Automaton::add_branch(State node, char symbol, State child) {
  failures_[node] |= has_branches;
  branches_[place_of(node, symbol)] = {node, child, symbol};
}

Automaton::State Automaton::child(State of, char symbol) const noexcept {
  if (of == start) return first_[static_cast<unsigned char>(symbol)];
  if (has_child(of) && symbols_[of + 1] == symbol) return of + 1;
  if ((failures_[of] & has_branches) == 0) return start;
  return branches_[place_of(of, symbol)].child;
}

Automaton::State Automaton::after(State state, char symbol) const noexcept {
  for (;;) {
    const State next = child(state, symbol);
    if (next != start || state == start) return next;
    state = failure(state);
  }
}

FormLength Automaton::match(State state) const noexcept {
  if ((failures_[state] & ends_form) == 0) return {};
  while ((failures_[state] & is_form) == 0) state = failure(state);
  return length(state);
}

FormLength Automaton::under_way(State state) const noexcept {
  while (state != start && !has_child(state)) state = failure(state);
  return length(state);
}

Automaton::State Automaton::regular(State state) const noexcept {
  while (length(state).is_irregular) state = failure(state);
  return state;
}

std::size_t Automaton::bytes() const noexcept {
  return symbols_.size() * (sizeof(char) + 2 * sizeof(std::uint32_t)) +
         branches_.size() * sizeof(Branch);
}

}  // namespace trace::detail::secrets
