// SPDX-License-Identifier: Apache-2.0
#include "tokens/token_anchors.hpp"

#include <algorithm>

#include "tokens/token_table.hpp"
#include "tokens/token_text.hpp"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace trace::detail::tokens {
namespace {

static_assert(token_table.size() <= 128, "RowSet has a bit for each row");

// For each position in an anchor and each byte, the rows that allow it there.
using RowsOfBytes = std::array<std::array<RowSet, 256>, anchor_bytes>;

constexpr RowsOfBytes rows_of_bytes = [] {
  RowsOfBytes table{};
  for (std::size_t row = 0; row < token_table.size(); ++row) {
    for (std::size_t place = 0; place < anchor_bytes; ++place) {
      const Element element = element_of(token_table[row], token_table[row].anchor + place);
      for (unsigned c = 0; c < 128; ++c) {
        if (element.has(static_cast<char>(c))) table[place][c].add(row);
      }
    }
  }
  return table;
}();

// Rows that begin with their anchor: a token begins there or not at all.
constexpr RowSet rows_that_begin = [] {
  RowSet set;
  for (std::size_t row = 0; row < token_table.size(); ++row) {
    const TokenRow& each = token_table[row];
    if (each.form == Form::shaped && each.anchor == 0 && each.lead.most == 0 &&
        is_letter(each.text.front() == '[' ? each.text[1] : each.text.front())) {
      set.add(row);
    }
  }
  return set;
}();

const RowSet& rows_with(std::size_t place, char c) noexcept {
  return rows_of_bytes[place][static_cast<unsigned char>(c)];
}

// Most candidates of the first pass are not anchors.
bool is_anchor_at(std::string_view text, std::size_t at) noexcept {
  const RowSet pair = rows_with(0, text[at]) & rows_with(1, text[at + 1]);
  if (pair.empty()) return false;
  const RowSet rows = pair & rows_with(2, text[at + 2]) & rows_with(3, text[at + 3]);
  if (rows.empty()) return false;
  return !rows.without(rows_that_begin).empty() || TokenText(text).begins(at);
}

// The first pass: rows are spread over sixteen kinds, one bit of two bytes each. A position may
// begin an anchor of a kind if its byte and the three following ones all have the kind's bit, by
// the lower half of each byte and by the upper half of the first two.
constexpr std::size_t kinds = 16;
constexpr std::size_t high_places = 2;

using Entries = std::uint8_t[32];  // sixteen, twice
struct HalfBytes {
  alignas(32) Entries low[2][anchor_bytes];
  alignas(32) Entries high[2][high_places];
};

// Frequencies of bytes in logs, manuals and programs, per 10,000: used only to decide which rows
// share a kind.
constexpr std::array<std::uint16_t, 128> frequencies{
    0,   0,   0,   0,   0,   0,   0,   0,   0,   10,  242, 0,   0,   8,    0,   0,   0,   0,   0,
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   1385, 1,   31,  12,  1,   2,
    10,  38,  73,  70,  26,  13,  67,  168, 216, 113, 114, 165, 123, 56,   66,  46,  73,  27,  26,
    55,  107, 12,  14,  28,  19,  1,   6,   41,  37,  35,  17,  54,  12,   16,  15,  40,  1,   5,
    26,  22,  32,  26,  34,  1,   51,  49,  45,  12,  12,  3,   11,  5,    2,   7,   86,  7,   1,
    199, 1,   379, 121, 238, 269, 619, 175, 104, 99,  361, 19,  65,  285,  205, 436, 381, 208, 10,
    287, 404, 462, 188, 39,  30,  44,  71,  9,   5,   7,   5,   13,  0};

struct Halves {
  unsigned low = 0;  // a bit for each half
  unsigned high = 0;

  constexpr Halves operator|(const Halves& other) const {
    return {low | other.low, high | other.high};
  }
};
using HalvesOfAnchor = std::array<Halves, anchor_bytes>;

constexpr HalvesOfAnchor halves_of(const TokenRow& row) {
  HalvesOfAnchor anchor;
  for (std::size_t place = 0; place < anchor_bytes; ++place) {
    const Element element = element_of(row, row.anchor + place);
    for (unsigned c = 0; c < 128; ++c) {
      if (!element.has(static_cast<char>(c))) continue;
      anchor[place].low |= 1U << (c & 15U);
      anchor[place].high |= 1U << (c >> 4U);
    }
  }
  return anchor;
}

constexpr HalvesOfAnchor together(const HalvesOfAnchor& a, const HalvesOfAnchor& b) {
  return {a[0] | b[0], a[1] | b[1], a[2] | b[2], a[3] | b[3]};
}

// The share of positions in text that match these halves.
constexpr double share(const HalvesOfAnchor& anchor) {
  double product = 1;
  for (std::size_t place = 0; place < anchor_bytes; ++place) {
    unsigned sum = 0;
    for (unsigned half = 0; half < 16; ++half) {
      if ((anchor[place].low >> half & 1U) == 0) continue;
      for (unsigned high = 0; high < 8; ++high) {
        if (place >= high_places || (anchor[place].high >> high & 1U) != 0) {
          sum += frequencies[high << 4U | half];
        }
      }
    }
    product *= sum / 10000.0;
  }
  return product;
}

// The most frequent rows first, each row joins the kind that then matches the least other text.
constexpr std::array<HalvesOfAnchor, kinds> halves_of_kinds = [] {
  std::array<std::size_t, token_table.size()> order{};
  std::array<HalvesOfAnchor, token_table.size()> of_row{};
  std::array<double, token_table.size()> frequency{};
  for (std::size_t row = 0; row < order.size(); ++row) {
    order[row] = row;
    of_row[row] = halves_of(token_table[row]);
    frequency[row] = share(of_row[row]);
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return frequency[a] != frequency[b] ? frequency[a] > frequency[b] : a < b;
  });
  std::array<HalvesOfAnchor, kinds> of_kind{};
  std::array<double, kinds> shares{};
  for (const std::size_t row : order) {
    std::size_t best = 0;
    double least = 2;
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      const double grown = share(together(of_kind[kind], of_row[row])) - shares[kind];
      if (grown >= least) continue;
      least = grown;
      best = kind;
    }
    of_kind[best] = together(of_kind[best], of_row[row]);
    shares[best] += least;
  }
  return of_kind;
}();

constexpr HalfBytes half_bytes = [] {
  HalfBytes table{};
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    const auto set = [&](Entries& entries, unsigned halves) {
      for (unsigned i = 0; i < sizeof entries; ++i) {
        if ((halves >> (i % 16) & 1U) != 0) {
          entries[i] = static_cast<std::uint8_t>(entries[i] | 1U << (kind % 8));
        }
      }
    };
    for (std::size_t place = 0; place < anchor_bytes; ++place) {
      set(table.low[kind / 8][place], halves_of_kinds[kind][place].low);
      if (place < high_places) set(table.high[kind / 8][place], halves_of_kinds[kind][place].high);
    }
  }
  return table;
}();

// Whether an anchor may begin at a position, by the first pass.
bool may_be_anchor(const char* at) noexcept {
  unsigned found = 0;
  for (std::size_t set = 0; set < 2; ++set) {
    unsigned common = 0xFF;
    for (std::size_t place = 0; place < anchor_bytes; ++place) {
      const auto byte = static_cast<unsigned char>(at[place]);
      common &= byte < 0x80 ? half_bytes.low[set][place][byte & 15U] : 0U;
      if (place < high_places) common &= half_bytes.high[set][place][byte >> 4U];
    }
    found |= common;
  }
  return found != 0;
}

std::size_t next_by_byte(std::string_view text, std::size_t at) noexcept {
  for (; at + anchor_bytes <= text.size(); ++at) {
    if (may_be_anchor(text.data() + at) && is_anchor_at(text, at)) return at;
  }
  return text.size();
}

#ifdef __x86_64__
// The first anchor among the candidate bits, or the text's size.
std::size_t first_of(std::uint32_t bits, std::string_view text, std::size_t place) noexcept {
  for (; bits != 0; bits &= bits - 1) {
    const std::size_t at = place + static_cast<std::size_t>(std::countr_zero(bits));
    if (is_anchor_at(text, at)) return at;
  }
  return text.size();
}

// A look-up returns 0 for bytes from 0x80.
[[gnu::target("ssse3"), gnu::always_inline]] inline __m128i look_up_16(const Entries& table,
                                                                       __m128i halves) noexcept {
  return _mm_shuffle_epi8(_mm_load_si128(reinterpret_cast<const __m128i*>(table)), halves);
}

// The kinds, of one of their two sets, of the anchors that may begin at each of 16 bytes.
[[gnu::target("ssse3"), gnu::always_inline]] inline __m128i kinds_of_16(
    const __m128i (&bytes)[anchor_bytes], const __m128i (&high)[high_places],
    std::size_t set) noexcept {
  const __m128i first = _mm_and_si128(look_up_16(half_bytes.low[set][0], bytes[0]),
                                      look_up_16(half_bytes.low[set][1], bytes[1]));
  const __m128i second = _mm_and_si128(look_up_16(half_bytes.low[set][2], bytes[2]),
                                       look_up_16(half_bytes.low[set][3], bytes[3]));
  const __m128i upper = _mm_and_si128(look_up_16(half_bytes.high[set][0], high[0]),
                                      look_up_16(half_bytes.high[set][1], high[1]));
  return _mm_and_si128(_mm_and_si128(first, second), upper);
}

[[gnu::target("ssse3"), gnu::always_inline]] inline __m128i load_16(const char* at) noexcept {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

[[gnu::target("ssse3"), gnu::always_inline]] inline __m128i high_halves_of_16(
    __m128i bytes) noexcept {
  return _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(15));
}

[[gnu::target("ssse3"), gnu::always_inline]] inline std::uint32_t anchors_of_16(
    const char* at) noexcept {
  // Not loops: where the compiler keeps them, the arrays go through memory.
  const __m128i bytes[anchor_bytes] = {load_16(at), load_16(at + 1), load_16(at + 2),
                                       load_16(at + 3)};
  const __m128i high[high_places] = {high_halves_of_16(bytes[0]), high_halves_of_16(bytes[1])};
  const __m128i either = _mm_or_si128(kinds_of_16(bytes, high, 0), kinds_of_16(bytes, high, 1));
  const __m128i none = _mm_cmpeq_epi8(either, _mm_setzero_si128());
  return static_cast<std::uint32_t>(_mm_movemask_epi8(none)) ^ 0xFFFFU;
}

// Reads blocks; the last one begins within the one before it.
[[gnu::target("ssse3")]] std::size_t next_by_16(std::string_view text, std::size_t at) noexcept {
  constexpr std::size_t size = 16;
  if (text.size() < size + anchor_bytes - 1) return next_by_byte(text, at);
  const std::size_t last = text.size() - (anchor_bytes - 1) - size;
  for (; at < last + size; at += size) {
    const std::size_t place = std::min(at, last);
    const std::uint32_t bits = anchors_of_16(text.data() + place) >> (at - place);
    if (bits == 0) continue;
    const std::size_t found = first_of(bits, text, at);
    if (found != text.size()) return found;
  }
  return text.size();
}

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i look_up_32(const Entries& table,
                                                                      __m256i halves) noexcept {
  return _mm256_shuffle_epi8(_mm256_load_si256(reinterpret_cast<const __m256i*>(table)), halves);
}

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i kinds_of_32(
    const __m256i (&bytes)[anchor_bytes], const __m256i (&high)[high_places],
    std::size_t set) noexcept {
  const __m256i first = _mm256_and_si256(look_up_32(half_bytes.low[set][0], bytes[0]),
                                         look_up_32(half_bytes.low[set][1], bytes[1]));
  const __m256i second = _mm256_and_si256(look_up_32(half_bytes.low[set][2], bytes[2]),
                                          look_up_32(half_bytes.low[set][3], bytes[3]));
  const __m256i upper = _mm256_and_si256(look_up_32(half_bytes.high[set][0], high[0]),
                                         look_up_32(half_bytes.high[set][1], high[1]));
  return _mm256_and_si256(_mm256_and_si256(first, second), upper);
}

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i load_32(const char* at) noexcept {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i high_halves_of_32(
    __m256i bytes) noexcept {
  return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
}

[[gnu::target("avx2"), gnu::always_inline]] inline std::uint32_t anchors_of_32(
    const char* at) noexcept {
  const __m256i bytes[anchor_bytes] = {load_32(at), load_32(at + 1), load_32(at + 2),
                                       load_32(at + 3)};
  const __m256i high[high_places] = {high_halves_of_32(bytes[0]), high_halves_of_32(bytes[1])};
  const __m256i either = _mm256_or_si256(kinds_of_32(bytes, high, 0), kinds_of_32(bytes, high, 1));
  const __m256i none = _mm256_cmpeq_epi8(either, _mm256_setzero_si256());
  return ~static_cast<std::uint32_t>(_mm256_movemask_epi8(none));
}

[[gnu::target("avx2")]] std::size_t next_by_32(std::string_view text, std::size_t at) noexcept {
  constexpr std::size_t size = 32;
  if (text.size() < size + anchor_bytes - 1) return next_by_16(text, at);
  const std::size_t last = text.size() - (anchor_bytes - 1) - size;
  for (; at <= last; at += size) {
    const std::uint32_t bits = anchors_of_32(text.data() + at);
    if (bits == 0) continue;
    const std::size_t found = first_of(bits, text, at);
    if (found != text.size()) return found;
  }
  if (at >= last + size) return text.size();
  const std::uint32_t bits = anchors_of_32(text.data() + last) >> (at - last);
  return bits == 0 ? text.size() : first_of(bits, text, at);
}

using Next = std::size_t (*)(std::string_view text, std::size_t at) noexcept;

Next widest() noexcept {
  return __builtin_cpu_supports("avx2")    ? next_by_32
         : __builtin_cpu_supports("ssse3") ? next_by_16
                                           : next_by_byte;
}

// Null during static initialisation.
Next find_next = widest();
#endif

// Whether the anchor of some row has the text's bytes from its place `first` on.
bool matches_from(std::string_view text, std::size_t first) noexcept {
  RowSet rows = rows_with(first, text[0]);
  for (std::size_t i = 1; i < text.size() && first + i < anchor_bytes; ++i) {
    rows = rows & rows_with(first + i, text[i]);
  }
  return !rows.empty();
}

}  // namespace

RowSet rows_at(std::string_view text, std::size_t at) noexcept {
  if (at + anchor_bytes > text.size()) return {};
  return rows_with(0, text[at]) & rows_with(1, text[at + 1]) & rows_with(2, text[at + 2]) &
         rows_with(3, text[at + 3]);
}

bool may_begin_anchor(std::string_view text) noexcept {
  for (std::size_t known = 1; known < anchor_bytes && known <= text.size(); ++known) {
    if (matches_from(text.substr(text.size() - known), 0)) return true;
  }
  return false;
}

bool may_end_anchor(std::string_view text) noexcept {
  for (std::size_t first = 1; first < anchor_bytes; ++first) {
    if (text.size() >= anchor_bytes - first && matches_from(text, first)) return true;
  }
  return false;
}

bool may_be_within_anchor(std::string_view text) noexcept {
  if (text.empty()) return true;
  for (std::size_t first = 1; first + text.size() < anchor_bytes; ++first) {
    if (matches_from(text, first)) return true;
  }
  return false;
}

std::size_t next_anchor(std::string_view text, std::size_t from) noexcept {
#ifdef __x86_64__
  if (find_next != nullptr) return find_next(text, from);
#endif
  return next_by_byte(text, from);
}

bool set_anchor_block(std::size_t bytes) noexcept {
#ifdef __x86_64__
  if (bytes == 32 && !__builtin_cpu_supports("avx2")) return false;
  if (bytes == 16 && !__builtin_cpu_supports("ssse3")) return false;
  find_next = bytes == 0    ? widest()
              : bytes == 1  ? next_by_byte
              : bytes == 16 ? next_by_16
                            : next_by_32;
  return true;
#else
  return bytes <= 1;
#endif
}

}  // namespace trace::detail::tokens
