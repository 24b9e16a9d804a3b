// SPDX-License-Identifier: Apache-2.0
// ULIDs: 26 characters that sort by time of creation and never repeat; a session's identity.
#pragma once

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>

namespace trace::detail::record {

// From milliseconds since the epoch and 80 random bits of the system. Throws std::system_error if
// there are none.
inline std::string new_ulid(std::int64_t milliseconds) {
  static constexpr char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::array<unsigned char, 16> random{};
  if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  std::string ulid(26, '0');
  auto time = static_cast<std::uint64_t>(milliseconds);
  for (std::size_t i = 10; i-- > 0; time >>= 5) ulid[i] = crockford[time & 31];
  for (std::size_t i = 0; i < 16; ++i) ulid[10 + i] = crockford[random[i] & 31];
  return ulid;
}

}  // namespace trace::detail::record
