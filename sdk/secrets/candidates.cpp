// SPDX-License-Identifier: Apache-2.0
#include "secrets/candidates.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "secrets/secret_forms.hpp"

namespace trace::detail::secrets {
namespace {

static_assert(std::endian::native == std::endian::little, "a window is the low bytes of a word");

// Longer strides save nothing more.
constexpr std::size_t longest_stride = 16;
// Two blocks contain a run of this length that begins in the first.
constexpr std::size_t longest_run = 32;
static_assert(longest_run >= sizeof(std::uint64_t) + longest_stride - 1);
// Table bits per window, for few false positives.
constexpr std::size_t bits_per_window = 64;
constexpr std::size_t fewest_bits = std::size_t{1} << 13;

// Maximum size of the table if there are many forms: windows then have fewer bits, and strides get
// shorter.
struct Table {
  std::size_t most_bits;
  std::size_t fewest_bits_per_window;
};
// Many lookups, so long strides: 256 KiB.
constexpr Table table_for_windows{std::size_t{1} << 21, 16};
// Few lookups, and the text passes through the caches in between: 128 KiB, part of which stays.
constexpr Table table_for_runs{std::size_t{1} << 20, 32};

// Bytes before the first gap of any form: what stands there is contiguous in each text.
std::size_t shortest_beginning(std::span<const std::string> forms) {
  std::size_t shortest = longest_run;
  for (const std::string& form : forms) {
    shortest = std::min(shortest, std::min(form.find(gap), form.size()));
  }
  return shortest;
}

// Longer windows match by accident less often, shorter ones allow longer strides.
std::size_t window_for(std::size_t beginning, std::size_t longest) {
  return std::min({beginning, std::max<std::size_t>(4, beginning / 2), longest});
}

// The bytes that are this symbol.
std::string spellings_of(char symbol) {
  if (symbol >= 'a' && symbol <= 'z') return {symbol, static_cast<char>(symbol - 'a' + 'A')};
  if (symbol == '+') return "+-";
  if (symbol == '/') return "/_";
  return {symbol};
}

// Whether the known text before a break can be a wrapped line.
bool is_wrapped_line(std::string_view text, std::size_t end) noexcept {
  const std::size_t first = end - std::min(end, shortest_wrapped_line);
  while (end > first && is_in_wrapped_line(text[end - 1])) --end;
  return end == first;
}

// After the parts of a line break that stand at `at`. Of a break that is longer than any that lies
// within a form, one byte more than that: to read on would cost the square of its length.
std::size_t behind_break(std::string_view text, std::size_t at) noexcept {
  text = text.substr(0, at + longest_break + 1);
  while (at < text.size()) {
    if (is_white_space(text[at])) {
      ++at;
    } else if (text[at] == '=') {
      std::size_t end = at + 1;
      if (end < text.size() && text[end] == '\r') ++end;
      if (end < text.size() && text[end] != '\n') return at;
      at = end;
    } else if (text[at] == '\\') {
      const std::size_t letter = std::min(text.find_first_not_of('\\', at), text.size());
      if (letter < text.size() && !is_line_end_letter(text[letter])) return at;
      at = std::min(letter + 1, text.size());
    } else {
      return at;
    }
  }
  return at;
}

}  // namespace

Candidates::Candidates(std::span<const std::string> forms) {
  const std::size_t beginning = shortest_beginning(forms);
  window_ = window_for(beginning, longest_window);
  run_ = beginning;
  for (std::size_t known = 1, i = 0; known < run_; ++i) {
    shifts_[i] = std::min(known, run_ - known);
    known += shifts_[i];
  }
  // With many forms, more windows of each would fill the table.
  const Table table = uses_runs_ ? table_for_runs : table_for_windows;
  const std::size_t affordable =
      table.most_bits / table.fewest_bits_per_window / std::max<std::size_t>(forms.size(), 1);
  stride_ =
      std::clamp<std::size_t>(std::min(beginning - window_ + 1, affordable), 1, longest_stride);
  mask_ = ~std::uint64_t{0} >> (64 - 8 * window_);
  const std::size_t bits = std::clamp(std::bit_ceil(forms.size() * stride_ * bits_per_window),
                                      fewest_bits, table.most_bits);
  bits_.assign(bits / 64, 0);
  shift_ = 64U - static_cast<unsigned>(std::bit_width(bits_.size()) - 1);

  for (const std::string& form : forms) note_beginning(form);
}

void Candidates::note_beginning(std::string_view beginning) {
  for (const char c : beginning.substr(0, run_)) {
    for (const char each : spellings_of(c)) beginnings_.add(each);
  }
  for (std::size_t at = 0; at < stride_; ++at) note(beginning.substr(at, window_));
}

// All texts that have these symbols.
void Candidates::note(std::string_view window) {
  std::array<std::size_t, longest_window> choices{};
  std::size_t count = 0;
  for (std::size_t at = 0; at < window.size(); ++at) {
    if (window[at] == '+' || window[at] == '/') choices[count++] = at;
  }
  for (std::size_t choice = 0; choice < std::size_t{1} << count; ++choice) {
    std::string text(window);
    for (std::size_t i = 0; i < count; ++i) {
      if ((choice >> i & 1) != 0) text[choices[i]] = text[choices[i]] == '+' ? '-' : '_';
    }
    const Slot slot = slot_of(bytes_at(text.data(), text.size()));
    bits_[slot.word] |= slot.bits;
  }
}

// The start of a run at the text's end that is too short to be one.
std::size_t Candidates::unfinished_run(std::string_view text, std::size_t from) const noexcept {
  const std::size_t first = std::max(from, text.size() - std::min(text.size(), run_ - 1));
  std::size_t at = text.size();
  // A possible first part of a line break.
  while (at > first && (text[at - 1] == '\r' || text[at - 1] == '=' || text[at - 1] == '\\')) --at;
  const std::size_t least = std::max(from, at - std::min(at, run_ - 1));
  while (at > least && beginnings_.has(text[at - 1])) --at;
  return at;
}

std::optional<Candidates::Place> Candidates::around_break(std::string_view text, std::size_t from,
                                                          std::size_t at) const noexcept {
  std::size_t end = at;
  if (text[at] == '\n') {
    if (end > 0 && text[end - 1] == '\r') --end;
    if (end > 0 && text[end - 1] == '=') {
      --end;
      // The break begins further in front, where it was looked at.
      if (end > 0 && is_white_space(text[end - 1])) return std::nullopt;
    } else if (!is_wrapped_line(text, end)) {
      return std::nullopt;
    }
  } else if (!is_wrapped_line(text, end) || behind_break(text, at) == at) {
    return std::nullopt;
  }
  char together[2 * longest_run];
  const std::size_t before = std::min(end, run_);
  std::memcpy(together, text.data() + end - before, before);
  std::size_t behind = behind_break(text, at);
  const Place place{std::max(from, end - before), std::max(at, std::min(behind, text.size() - 1))};
  std::size_t size = before;
  for (std::size_t begin = at; size < before + run_ && behind - begin <= longest_break;) {
    if (behind >= text.size()) return place;  // not known yet
    together[size++] = text[behind++];
    begin = behind;
    behind = behind_break(text, begin);
  }
  for (std::size_t i = 0; i + window_ <= size; i += stride_) {
    if (is_noted(bytes_at(together + i, window_))) return place;
  }
  return std::nullopt;
}

// A form that begins before the place may contain a break after it.
Candidates::Place Candidates::with_break_behind(std::string_view text, std::size_t from,
                                                Place place) const noexcept {
  const std::size_t end = std::min(place.begin + run_ + 2, text.size());
  for (std::size_t at = place.begin; at < end; ++at) {
    if (text[at] != '\n' && text[at] != '\\') continue;
    place.begin = std::max(from, std::min(place.begin, at - std::min(at, run_ + 2)));
    break;
  }
  return place;
}

Candidates::Place Candidates::first_by_window(std::string_view text,
                                              std::size_t from) const noexcept {
  std::size_t at = from;
  std::size_t breaks = from;  // looked at up to here
  const auto place = [&](std::size_t seen) -> Place {
    const Place found{at - std::min(stride_ - 1, at - from), seen};
    const std::size_t end = seen < text.size() ? found.begin : text.size();
    for (; breaks < end; ++breaks) {
      if (text[breaks] != '\n' && text[breaks] != '\\') continue;
      if (const auto around = around_break(text, from, breaks)) return *around;
    }
    return with_break_behind(text, from, found);
  };
  for (; at + longest_window <= text.size(); at += stride_) {
    if (is_noted(bytes_at(text.data() + at, longest_window))) return place(at);
  }
  for (; at + window_ <= text.size(); at += stride_) {
    if (is_noted(bytes_at(text.data() + at, text.size() - at))) return place(at);
  }
  return place(text.size());
}

Candidates::Place Candidates::next(std::string_view text, std::size_t from) const noexcept {
  Place place = first(text, from);
  if (place.seen == text.size()) place.begin = std::min(place.begin, unfinished_run(text, from));
  return place;
}

constinit bool Candidates::runs_are_off = false;

bool set_candidate_runs(bool are_used) noexcept {
  Candidates::runs_are_off = !are_used;
  return !are_used || Candidates::can_look_for_runs();
}

}  // namespace trace::detail::secrets
