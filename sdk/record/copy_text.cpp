// SPDX-License-Identifier: Apache-2.0
#include <trace/detail/values.hpp>

namespace trace::detail {

// 64 bytes at a time, by 16. Where memcpy() uses vectors of 64 bytes or `rep movsb`, it takes twice
// as long or longer for a destination that is not aligned to 64 bytes, as a text's is.
void copy_long_text(std::byte* to, const char* from, std::size_t size) noexcept {
  constexpr std::size_t step = 64;
  const auto copy_step = [](std::byte* at, const char* text) {
    using Vector = char __attribute__((vector_size(16)));
    Vector a, b, c, d;
    std::memcpy(&a, text, sizeof a);
    std::memcpy(&b, text + 16, sizeof b);
    std::memcpy(&c, text + 32, sizeof c);
    std::memcpy(&d, text + 48, sizeof d);
    std::memcpy(at, &a, sizeof a);
    std::memcpy(at + 16, &b, sizeof b);
    std::memcpy(at + 32, &c, sizeof c);
    std::memcpy(at + 48, &d, sizeof d);
  };
  static_assert(shortest_long_text >= step);
  std::size_t done = 0;
  for (; done + step < size; done += step) {
    copy_step(to + done, from + done);
    asm volatile("");  // or the compiler makes a memcpy() of the loop
  }
  copy_step(to + size - step, from + size - step);
}

}  // namespace trace::detail
