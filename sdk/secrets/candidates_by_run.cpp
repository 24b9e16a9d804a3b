// SPDX-License-Identifier: Apache-2.0
// Candidates by runs, on processors with AVX2: 64 bytes of text become two words with a bit for
// each byte, and a run is found by shifts of one of them.
#include <algorithm>
#include <bit>
#include <cstring>

#include <trace/detail/lane_cursor.hpp>
#include "secrets/candidates.hpp"
#include "secrets/secret_forms.hpp"

#ifdef __x86_64__

namespace trace::detail::secrets {
namespace {

// A bit for each byte of a block, zero after the text's end.
struct Block {
  std::uint64_t has;     // bytes of the set
  std::uint64_t breaks;  // line ends, and what may escape one
};

#define SHIPTRACE_AVX2 gnu::target("avx2,bmi,bmi2")

class Reader {
 public:
  [[SHIPTRACE_AVX2, gnu::always_inline]] explicit Reader(const ByteSet& set) noexcept
      : tables_(set.tables()),
        // At each index a byte that ends in these four bits, if that is a break.
        breaks_(_mm256_setr_epi8(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\n', 0, '\\', 0, 0, 0,  //
                                 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\n', 0, '\\', 0, 0, 0)) {}

  [[SHIPTRACE_AVX2, gnu::always_inline]] Block whole(const char* at) const noexcept {
    return joined(read(load(at)), read(load(at + 32)), 32);
  }

  // Of a text of less than 64 bytes, none of which is read twice but in the middle: its two ends.
  [[SHIPTRACE_AVX2, gnu::always_inline]] Block short_text(std::string_view text) const noexcept {
    const char* const end = text.data() + text.size();
    if (text.size() >= 32)
      return joined(read(load(text.data())), read(load(end - 32)), text.size() - 32);
    if (text.size() >= 16) {
      const __m256i ends = _mm256_loadu2_m128i(reinterpret_cast<const __m128i*>(end - 16),
                                               reinterpret_cast<const __m128i*>(text.data()));
      return halves(read(ends), 16, text.size());
    }
    if (text.size() >= 8) {
      return halves(read(words(word_at(text.data()), word_at(end - 8))), 8, text.size());
    }
    std::uint64_t word = 0;
    for (std::size_t i = text.size(); i > 0; --i) {
      word = word << 8 | static_cast<unsigned char>(text[i - 1]);
    }
    return halves(read(words(word, 0)), text.size(), text.size());
  }

 private:
  [[SHIPTRACE_AVX2, gnu::always_inline]] static __m256i load(const char* at) noexcept {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  }
  static std::uint64_t word_at(const char* at) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
  }
  [[SHIPTRACE_AVX2, gnu::always_inline]] static __m256i words(std::uint64_t low,
                                                              std::uint64_t high) noexcept {
    return _mm256_zextsi128_si256(
        _mm_set_epi64x(static_cast<long long>(high), static_cast<long long>(low)));
  }
  [[SHIPTRACE_AVX2, gnu::always_inline]] Block read(__m256i bytes) const noexcept {
    return {ByteSet::has_32(tables_, bytes),
            static_cast<std::uint32_t>(_mm256_movemask_epi8(
                _mm256_cmpeq_epi8(_mm256_shuffle_epi8(breaks_, bytes), bytes)))};
  }
  [[SHIPTRACE_AVX2, gnu::always_inline]] static Block joined(Block low, Block high,
                                                             std::size_t distance) noexcept {
    return {low.has | high.has << distance, low.breaks | high.breaks << distance};
  }
  // The first `size` bytes of a block and the next ones, which are the text's last.
  [[SHIPTRACE_AVX2, gnu::always_inline]] static Block halves(Block both, std::size_t size,
                                                             std::size_t text_size) noexcept {
    const std::uint64_t half = (std::uint64_t{1} << size) - 1;
    return joined({both.has & half, both.breaks & half},
                  {both.has >> size & half, both.breaks >> size & half}, text_size - size);
  }

  ByteSet::Tables tables_;
  __m256i breaks_;
};

// Where a run of set bits begins: each step doubles the length of the runs that are known, at most.
[[SHIPTRACE_AVX2, gnu::always_inline]] inline std::uint64_t runs_in(
    std::uint64_t has, const std::array<std::uint64_t, 5>& shifts) noexcept {
  for (const std::uint64_t shift : shifts) has &= has >> (shift & 63);
  return has;
}

// Like is_wrapped_line(), but with false positives.
[[gnu::always_inline]] inline bool may_end_wrapped_line(std::string_view text,
                                                        std::size_t end) noexcept {
  static_assert(shortest_wrapped_line == sizeof(__m128i));
  if (end < shortest_wrapped_line) return true;
  const __m128i line =
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + end - shortest_wrapped_line));
  // The '=' of quoted-printable, or the '\r' of a line end.
  return _mm_movemask_epi8(_mm_cmpeq_epi8(line, _mm_set1_epi8(' '))) == 0 || text[end - 1] == '=' ||
         text[end - 1] == '\r';
}

[[gnu::always_inline]] inline bool may_break_form(std::string_view text, std::size_t at,
                                                  std::uint64_t breaks) noexcept {
  for (; breaks != 0; breaks &= breaks - 1) {
    if (may_end_wrapped_line(text, at + static_cast<std::size_t>(std::countr_zero(breaks)))) {
      return true;
    }
  }
  return false;
}

std::uint64_t from_bit(std::uint64_t word, std::size_t bit) noexcept {
  return bit < 64 ? word >> bit << bit : 0;
}

}  // namespace

bool Candidates::can_look_for_runs() noexcept {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2");
}

// Searches the block at `at`. `next`: nothing begins before it.
[[gnu::noinline]] Candidates::Place Candidates::first_in_block(std::string_view text,
                                                               std::size_t from, std::size_t at,
                                                               std::uint64_t begins,
                                                               std::uint64_t breaks,
                                                               std::size_t& next) const noexcept {
  if (next > at) begins = from_bit(begins, next - at);
  Place found{text.size(), text.size()};
  while (begins != 0) {
    const std::size_t begin = at + static_cast<std::size_t>(std::countr_zero(begins));
    const std::size_t seen = begin + stride_ - 1;
    next = seen + 1;
    if (is_noted(text, seen)) {
      found = {begin, seen};
      break;
    }
    begins = from_bit(begins, next - at);
  }
  for (; breaks != 0; breaks &= breaks - 1) {
    const std::size_t end = at + static_cast<std::size_t>(std::countr_zero(breaks));
    if (end >= found.begin) break;
    if (!may_end_wrapped_line(text, end)) continue;
    if (const auto around = around_break(text, from, end)) return *around;
  }
  return found.seen < text.size() ? with_break_behind(text, from, found) : found;
}

[[SHIPTRACE_AVX2]] bool Candidates::may_contain_short(std::string_view text) const noexcept {
  const Block block = Reader(beginnings_).short_text(text);
  return (runs_in(block.has, shifts_) | block.breaks) != 0;
}

[[SHIPTRACE_AVX2]] Candidates::Place Candidates::first_by_run(std::string_view text,
                                                              std::size_t from) const noexcept {
  if (text.size() - from >= block_size) return first_in_long_text(text, from, nullptr);
  const Block block = Reader(beginnings_).short_text(text.substr(from));
  std::size_t next = from;
  return first_in_block(text, from, from, runs_in(block.has, shifts_), block.breaks, next);
}

// Blocks follow each other; the last one contains the text's end and overlaps with the one before.
// Fetching what the text will be copied to takes as long as the search, and costs nothing beside
// it.
[[SHIPTRACE_AVX2, gnu::noinline]] Candidates::Place Candidates::first_in_long_text(
    std::string_view text, std::size_t from, const std::byte* to) const noexcept {
  const Reader reader(beginnings_);
  const Shifts shifts = shifts_;
  std::size_t next = from;
  std::size_t run = 0;  // the length of one that is at the end of the previous block
  for (std::size_t end = from; end < text.size();) {
    const std::size_t at = std::min(end, text.size() - block_size);
    if (to != nullptr) fetch_for_writing(to + at);
    const Block block = reader.whole(text.data() + at);
    const auto begin_of_block = static_cast<std::size_t>(std::countr_one(block.has >> (end - at)));
    if (run + begin_of_block >= run_) [[unlikely]] {
      const std::size_t border = std::min(end - std::min(run, run_ - 1), at);
      const Block both = reader.whole(text.data() + border);
      const Place place =
          first_in_block(text, from, border, runs_in(both.has, shifts), both.breaks, next);
      if (place.seen < text.size()) return place;
    }
    const std::uint64_t begins = runs_in(block.has, shifts);
    if (begins != 0 || may_break_form(text, at, block.breaks)) [[unlikely]] {
      const Place place = first_in_block(text, from, at, begins, block.breaks, next);
      if (place.seen < text.size()) return place;
    }
    run = static_cast<std::size_t>(std::countl_one(block.has));
    end = at + block_size;
  }
  return {text.size(), text.size()};
}

}  // namespace trace::detail::secrets

#else

// Never called: nothing looks for runs.
namespace trace::detail::secrets {

bool Candidates::can_look_for_runs() noexcept { return false; }
bool Candidates::may_contain_short(std::string_view) const noexcept { return true; }
Candidates::Place Candidates::first_by_run(std::string_view text, std::size_t from) const noexcept {
  return first_by_window(text, from);
}
Candidates::Place Candidates::first_in_long_text(std::string_view text, std::size_t from,
                                                 const std::byte*) const noexcept {
  return first_by_window(text, from);
}

}  // namespace trace::detail::secrets

#endif
