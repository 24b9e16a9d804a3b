// The extent table of a journal that somebody else wrote. A session writes extents one after the
// other, so what overlaps, goes back or is no array of slabs was damaged or made up. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "journal/format.hpp"

namespace trace::detail::journal {

struct CheckedExtents {
  std::vector<Extent> sound;  // in the order of the file, cut at its end
  std::size_t damaged = 0;    // rows that make no sense
  bool cut = false;           // the file is shorter than they say
};

CheckedExtents check_extents(const FileHeader& header, std::uint64_t file_bytes);

}  // namespace trace::detail::journal
