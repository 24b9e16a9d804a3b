// SPDX-License-Identifier: Apache-2.0
#include "emitter/output/character.hpp"

#include <algorithm>
#include <array>

namespace trace::cli::output {
namespace {

struct Range {
  std::uint32_t first, last;
};

// Unicode's East_Asian_Width W and F, and emoji presentation; ranges are joined over unassigned
// characters.
constexpr std::array wide{Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x23E9, 0x23EC},
                          Range{0x25FD, 0x25FE},   Range{0x2614, 0x2615},   Range{0x2648, 0x2653},
                          Range{0x26A1, 0x26A1},   Range{0x26AA, 0x26AB},   Range{0x26BD, 0x26BE},
                          Range{0x26C4, 0x26C5},   Range{0x26D4, 0x26D4},   Range{0x26EA, 0x26EA},
                          Range{0x26F2, 0x26F5},   Range{0x2705, 0x2705},   Range{0x270A, 0x270B},
                          Range{0x2728, 0x2728},   Range{0x274C, 0x274C},   Range{0x2753, 0x2757},
                          Range{0x2795, 0x2797},   Range{0x27B0, 0x27B0},   Range{0x2B1B, 0x2B1C},
                          Range{0x2B50, 0x2B55},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},
                          Range{0x3400, 0x4DBF},   Range{0x4E00, 0xA4CF},   Range{0xA960, 0xA97F},
                          Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},
                          Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x16FE0, 0x18DFF},
                          Range{0x1AFF0, 0x1B2FF}, Range{0x1F004, 0x1F004}, Range{0x1F0CF, 0x1F0CF},
                          Range{0x1F18E, 0x1F19A}, Range{0x1F1E6, 0x1F320}, Range{0x1F32D, 0x1F64F},
                          Range{0x1F680, 0x1F6FC}, Range{0x1F7E0, 0x1F7F0}, Range{0x1F90C, 0x1FAFF},
                          Range{0x20000, 0x3FFFD}};

// Marks that combine with the character before them, joiners and variation selectors.
constexpr std::array combining{
    Range{0x0300, 0x036F},  Range{0x0483, 0x0489}, Range{0x0591, 0x05BD}, Range{0x0610, 0x061A},
    Range{0x064B, 0x065F},  Range{0x0900, 0x0902}, Range{0x093A, 0x093A}, Range{0x093C, 0x093C},
    Range{0x0941, 0x0948},  Range{0x094D, 0x094D}, Range{0x0E31, 0x0E31}, Range{0x0E34, 0x0E3A},
    Range{0x0E47, 0x0E4E},  Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200F},
    Range{0x20D0, 0x20F0},  Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F}, Range{0xFEFF, 0xFEFF},
    Range{0xE0100, 0xE01EF}};

template <std::size_t N>
bool contains(const std::array<Range, N>& ranges, std::uint32_t code) {
  const auto found =
      std::lower_bound(ranges.begin(), ranges.end(), code,
                       [](const Range& range, std::uint32_t value) { return range.last < value; });
  return found != ranges.end() && found->first <= code;
}

std::size_t columns_of_code(std::uint32_t code) {
  if (code < 0x300) return 1;
  if (contains(combining, code)) return 0;
  return contains(wide, code) ? 2 : 1;
}

// The length in bytes of the longest prefix that takes at most `columns` columns, at least one
// character.
std::size_t prefix_of(std::string_view text, std::size_t columns) {
  std::size_t bytes = 0;
  std::size_t used = 0;
  while (bytes < text.size()) {
    const Character character = first_character(text.substr(bytes));
    used += character.valid ? columns_of_code(character.code) : 1;
    if (used > columns && bytes > 0) break;
    bytes += character.bytes;
  }
  return bytes;
}

}  // namespace

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {lead, 1, false};
  std::uint32_t code = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {lead, 1, false};
    code = code << 6 | (byte(i) & 0x3FU);
  }
  const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (overlong || surrogate || code > 0x10FFFF) return {lead, 1, false};
  return {code, bytes, true};
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    columns += character.valid ? columns_of_code(character.code) : 1;
    text.remove_prefix(character.bytes);
  }
  return columns;
}

std::vector<std::string> folded(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  while (columns_of(text) > columns) {
    const std::size_t most = prefix_of(text, columns);
    // The space itself may be beyond the last column.
    std::size_t end = text.substr(0, most + 1).rfind(' ');
    const bool at_space =
        end != std::string_view::npos && text.find_first_not_of(' ') < end && end > 0;
    if (!at_space) end = most;
    std::string_view line = text.substr(0, end);
    while (at_space && line.ends_with(' ')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(end);
    while (at_space && text.starts_with(' ')) text.remove_prefix(1);
  }
  if (!text.empty() || lines.empty()) lines.emplace_back(text);
  return lines;
}

std::string with_expanded_tabs(std::string_view text) {
  if (text.find('\t') == std::string_view::npos) return std::string(text);
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\t'), text.size());
    out += text.substr(0, end);
    column += columns_of(text.substr(0, end));
    if (end == text.size()) break;
    const std::size_t spaces = 8 - column % 8;
    out.append(spaces, ' ');
    column += spaces;
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace trace::cli::output
