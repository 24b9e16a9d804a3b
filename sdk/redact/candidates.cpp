#include "redact/candidates.hpp"

#include <algorithm>
#include <bit>

#include "redact/whitespace.hpp"

namespace trace::detail {
namespace {

constexpr std::size_t longest_window = sizeof(std::uint64_t);
// Longer strides save nothing more.
constexpr std::size_t longest_stride = 16;
// For each noted window so many bits, so that few others are taken for one.
constexpr std::size_t bits_per_window = 64;
constexpr std::size_t fewest_bits = std::size_t{1} << 13;
constexpr std::size_t most_bits = std::size_t{1} << 21;  // 256 KiB: stays in the second cache

// Bytes in front of the first gap of any form: what stands there is contiguous in each text.
std::size_t shortest_beginning(std::span<const std::string> forms) {
  std::size_t shortest = 2 * longest_window + longest_stride;
  for (const std::string& form : forms) {
    shortest = std::min(shortest, std::min(form.find(gap), form.size()));
  }
  return shortest;
}

// Longer windows occur less often by accident, shorter ones leave longer strides.
std::size_t window_for(std::size_t beginning) {
  return std::min({beginning, std::max<std::size_t>(4, beginning / 2), longest_window});
}

}  // namespace

Candidates::Candidates(std::span<const std::string> forms) {
  const std::size_t beginning = shortest_beginning(forms);
  const std::size_t window = window_for(beginning);
  // Where there are many forms, more windows of each would fill the table.
  const std::size_t affordable =
      most_bits / (bits_per_window / 4) / std::max<std::size_t>(forms.size(), 1);
  stride_ =
      std::clamp<std::size_t>(std::min(beginning - window + 1, affordable), 1, longest_stride);
  mask_ = window == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * window)) - 1;
  const std::size_t bits =
      std::clamp(std::bit_ceil(forms.size() * stride_ * bits_per_window), fewest_bits, most_bits);
  shift_ = 64U - static_cast<unsigned>(std::bit_width(bits) - 1);
  bits_.assign(bits / 64, 0);
  for (const std::string& form : forms) {
    for (std::size_t at = 0; at < stride_; ++at) {
      std::uint64_t word = 0;
      std::memcpy(&word, form.data() + at, window);
      const std::uint64_t slot = ((word & mask_) * multiplier) >> shift_;
      bits_[slot / 64] |= std::uint64_t{1} << (slot % 64);
    }
  }
}

Candidates::Place Candidates::next(std::string_view text, std::size_t from) const noexcept {
  std::size_t at = from;
  while (at + longest_window <= text.size()) {
    if (is_noted(text.data() + at)) return {at - std::min(stride_ - 1, at - from), at};
    at += stride_;
  }
  return {at - std::min(stride_ - 1, at - from), text.size()};
}

}  // namespace trace::detail
