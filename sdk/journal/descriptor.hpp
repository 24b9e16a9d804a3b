// Opens files on descriptors above the standard three: where a host has closed one of these, a
// later print to "stderr" would land in our file.
#pragma once

#include <string>

namespace trace::detail {

// As open(2), close-on-exec. Negative with errno when it fails.
int open_above_standard(const std::string& path, int flags, unsigned mode = 0) noexcept;

}  // namespace trace::detail
