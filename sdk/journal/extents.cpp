// SPDX-License-Identifier: Apache-2.0
#include "journal/extents.hpp"

#include <algorithm>

namespace trace::detail::journal {
namespace {

bool makes_sense(const Extent& extent, std::uint64_t end_before) noexcept {
  const bool of_slabs =
      extent.slab_bytes == small_slab_bytes || extent.slab_bytes == large_slab_bytes;
  // The last condition keeps the extent's end from overflowing.
  return of_slabs && extent.slab_count > 0 && extent.offset >= end_before &&
         extent.offset % small_slab_bytes == 0 && extent.offset < UINT64_MAX / 2;
}

}  // namespace

CheckedExtents check_extents(const FileHeader& header, std::uint64_t file_bytes) {
  CheckedExtents checked;
  std::uint64_t end = header_bytes;
  const std::size_t count = std::min<std::size_t>(header.extent_count.load(), max_extents);
  for (std::size_t i = 0; i < count; ++i) {
    Extent extent = header.extents[i];
    if (!makes_sense(extent, end)) {
      ++checked.damaged;
      continue;
    }
    end = extent.offset + std::uint64_t{extent.slab_bytes} * extent.slab_count;
    if (end > file_bytes) {
      checked.cut = true;
      const std::uint64_t left = file_bytes > extent.offset ? file_bytes - extent.offset : 0;
      extent.slab_count = static_cast<std::uint32_t>(left / extent.slab_bytes);
    }
    if (extent.slab_count > 0) checked.sound.push_back(extent);
  }
  return checked;
}

}  // namespace trace::detail::journal
