#include "redact/candidates.hpp"

#include <algorithm>
#include <bit>

#include "redact/whitespace.hpp"

namespace trace::detail {
namespace {

static_assert(std::endian::native == std::endian::little, "a window is the low bytes of a word");

constexpr std::size_t longest_window = sizeof(std::uint64_t);
// Longer strides save nothing more.
constexpr std::size_t longest_stride = 16;
// What two blocks hold wherever in the first it begins.
constexpr std::size_t longest_run = 32;
static_assert(longest_run >= longest_window + longest_stride - 1);
// For each noted window so many bits, so that few others are taken for one.
constexpr std::size_t bits_per_window = 64;
constexpr std::size_t fewest_bits = std::size_t{1} << 13;

// What the table may take when forms are many: windows have fewer bits then, and strides get
// shorter.
struct Table {
  std::size_t most_bits;
  std::size_t fewest_bits_per_window;
};
// Looks are many, so strides are to be long: 256 KiB.
constexpr Table table_for_windows{std::size_t{1} << 21, 16};
// Looks are few, and the text goes through the caches in between: 64 KiB, of which some stays.
constexpr Table table_for_runs{std::size_t{1} << 19, 32};

// Bytes in front of the first gap of any form: what stands there is contiguous in each text.
std::size_t shortest_beginning(std::span<const std::string> forms) {
  std::size_t shortest = longest_run;
  for (const std::string& form : forms) {
    shortest = std::min(shortest, std::min(form.find(gap), form.size()));
  }
  return shortest;
}

// Longer windows occur less often by accident, shorter ones leave longer strides.
std::size_t window_for(std::size_t beginning) {
  return std::min({beginning, std::max<std::size_t>(4, beginning / 2), longest_window});
}

std::uint64_t bytes_at(const char* at, std::size_t count) noexcept {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, count);
  return bytes;
}

bool can_look_for_runs() noexcept {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
#else
  return false;
#endif
}
bool uses_runs = can_look_for_runs();

}  // namespace

Candidates::Candidates(std::span<const std::string> forms) {
  const std::size_t beginning = shortest_beginning(forms);
  window_ = window_for(beginning);
  run_ = beginning;
  for (std::size_t known = 1, i = 0; known < run_; ++i) {
    shifts_[i] = static_cast<std::uint8_t>(std::min(known, run_ - known));
    known += shifts_[i];
  }
  // Where there are many forms, more windows of each would fill the table.
  const Table table = uses_runs ? table_for_runs : table_for_windows;
  const std::size_t affordable =
      table.most_bits / table.fewest_bits_per_window / std::max<std::size_t>(forms.size(), 1);
  stride_ =
      std::clamp<std::size_t>(std::min(beginning - window_ + 1, affordable), 1, longest_stride);
  mask_ = ~std::uint64_t{0} >> (64 - 8 * window_);
  const std::size_t bits = std::clamp(std::bit_ceil(forms.size() * stride_ * bits_per_window),
                                      fewest_bits, table.most_bits);
  bits_.assign(bits / 64, 0);
  shift_ = 64U - static_cast<unsigned>(std::bit_width(bits_.size()) - 1);
  for (const std::string& form : forms) {
    for (const char c : std::string_view(form).substr(0, run_)) beginnings_.add(c);
    for (std::size_t at = 0; at < stride_; ++at) {
      const Slot slot = slot_of(bytes_at(form.data() + at, window_));
      bits_[slot.word] |= slot.bits;
    }
  }
}

// Bits of bytes, of which those stay at which a run begins: each step makes the runs that are known
// longer, up to twice as long.
[[gnu::always_inline]] inline std::uint64_t Candidates::with_runs(
    std::uint64_t bytes) const noexcept {
  for (const std::uint8_t shift : shifts_) bytes &= bytes >> shift;
  return bytes;
}

// Where the text ends with the beginning of a run, which is too short to be one.
std::size_t Candidates::unfinished_run(std::string_view text, std::size_t from) const noexcept {
  const std::size_t first = std::max(from, text.size() - std::min(text.size(), run_ - 1));
  std::size_t at = text.size();
  while (at > first && beginnings_.has(text[at - 1])) --at;
  return at;
}

Candidates::Place Candidates::next_by_window(std::string_view text,
                                             std::size_t from) const noexcept {
  std::size_t at = from;
  const auto place = [&](std::size_t seen) {
    return Place{at - std::min(stride_ - 1, at - from), seen};
  };
  for (; at + longest_window <= text.size(); at += stride_) {
    if (is_noted(bytes_at(text.data() + at, longest_window))) return place(at);
  }
  for (; at + window_ <= text.size(); at += stride_) {
    if (is_noted(bytes_at(text.data() + at, text.size() - at))) return place(at);
  }
  return place(text.size());
}

#ifdef __x86_64__
namespace {

constexpr std::size_t block = 32;

// Those of a block that are in the set; behind the text's end there are none.
[[gnu::target("avx2"), gnu::always_inline]] inline std::uint64_t block_of(const ByteSet& set,
                                                                          std::string_view text,
                                                                          std::size_t at) noexcept {
  if (at + block <= text.size()) [[likely]]
    return set.has_32(text.data() + at);
  if (at >= text.size()) return 0;
  const std::size_t left = text.size() - at;
  if (text.size() >= block) {
    return set.has_32(text.data() + text.size() - block) >> (block - left);
  }
  char bytes[block] = {};
  std::memcpy(bytes, text.data() + at, left);
  return set.has_32(bytes) & ((std::uint64_t{1} << left) - 1);
}

}  // namespace

[[gnu::target("avx2,bmi2")]] Candidates::Place Candidates::next_by_run(
    std::string_view text, std::size_t from) const noexcept {
  std::size_t next = from;  // nothing begins in front of it
  std::uint64_t bytes = block_of(beginnings_, text, from);
  for (std::size_t at = from; at < text.size(); at += block) {
    // A run that begins in this block ends in the next one at the latest.
    bytes |= block_of(beginnings_, text, at + block) << block;
    std::uint64_t begins = with_runs(bytes) & 0xFFFFFFFF;
    if (next > at) begins = begins >> (next - at) << (next - at);
    while (begins != 0) {
      const std::size_t begin = at + static_cast<std::size_t>(std::countr_zero(begins));
      const std::size_t seen = begin + stride_ - 1;
      const std::size_t left = text.size() - seen;
      const char* const window = text.data() + seen;
      if (is_noted(left >= longest_window ? bytes_at(window, longest_window)
                                          : bytes_at(window, left))) {
        return {begin, seen};
      }
      next = seen + 1;
      begins = begins >> (next - at) << (next - at);
    }
    bytes >>= block;
  }
  return {unfinished_run(text, from), text.size()};
}
#endif

Candidates::Place Candidates::next(std::string_view text, std::size_t from) const noexcept {
#ifdef __x86_64__
  if (uses_runs) return next_by_run(text, from);
#endif
  return next_by_window(text, from);
}

bool set_candidate_runs(bool are_used) noexcept {
  uses_runs = are_used && can_look_for_runs();
  return uses_runs == are_used;
}

}  // namespace trace::detail
