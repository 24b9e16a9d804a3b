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
// For each noted window so many bits, so that few others are taken for one.
constexpr std::size_t bits_per_window = 64;
constexpr std::size_t fewest_bits_per_window = 16;
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

std::uint64_t bytes_at(const char* at, std::size_t count) noexcept {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, count);
  return bytes;
}

}  // namespace

Candidates::Candidates(std::span<const std::string> forms) {
  const std::size_t beginning = shortest_beginning(forms);
  window_ = window_for(beginning);
  // Where there are many forms, more windows of each would fill the table.
  const std::size_t affordable =
      most_bits / fewest_bits_per_window / std::max<std::size_t>(forms.size(), 1);
  stride_ =
      std::clamp<std::size_t>(std::min(beginning - window_ + 1, affordable), 1, longest_stride);
  mask_ = ~std::uint64_t{0} >> (64 - 8 * window_);
  const std::size_t bits =
      std::clamp(std::bit_ceil(forms.size() * stride_ * bits_per_window), fewest_bits, most_bits);
  bits_.assign(bits / 64, 0);
  shift_ = 64U - static_cast<unsigned>(std::bit_width(bits_.size()) - 1);
  for (const std::string& form : forms) {
    for (std::size_t at = 0; at < stride_; ++at) {
      const Slot slot = slot_of(bytes_at(form.data() + at, window_));
      bits_[slot.word] |= slot.bits;
    }
  }
}

Candidates::Place Candidates::next(std::string_view text, std::size_t from) const noexcept {
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

}  // namespace trace::detail
