// SPDX-License-Identifier: Apache-2.0
// BoundedText: a buffer for fmt. A width such as {:>2000000000} must not exhaust the process's
// memory: growing beyond the bound throws Exceeded, and what was written before stays. One thread.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <memory>
#include <new>

namespace trace::detail::ship {

template <class T, std::size_t limit>
struct BoundedAllocator : std::allocator<T> {
  struct Exceeded : std::bad_alloc {};
  template <class U>
  struct rebind {
    using other = BoundedAllocator<U, limit>;
  };

  T* allocate(std::size_t count) {
    if (count > limit / sizeof(T)) throw Exceeded();
    return std::allocator<T>::allocate(count);
  }
};

// Far more than a message may have: the largest record plus what formatting adds to it.
inline constexpr std::size_t max_formatted_bytes = std::size_t{1} << 20;
using FormattingAllocator = BoundedAllocator<char, max_formatted_bytes>;
using BoundedText = fmt::basic_memory_buffer<char, fmt::inline_buffer_size, FormattingAllocator>;

}  // namespace trace::detail::ship
