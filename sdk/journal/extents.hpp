// SPDX-License-Identifier: Apache-2.0
// The extent table of an untrusted journal. A session writes extents one after the other, so
// extents that overlap, go back or are not an array of slabs were damaged or forged. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "journal/format.hpp"

namespace trace::detail::journal {

struct CheckedExtents {
  std::vector<Extent> sound;  // in file order, truncated at its end
  std::size_t damaged = 0;    // invalid rows
  bool cut = false;           // the file is shorter than its extents
};

CheckedExtents check_extents(const FileHeader& header, std::uint64_t file_bytes);

}  // namespace trace::detail::journal
