// SPDX-License-Identifier: Apache-2.0
// The event that every benchmark records: these, a level, a number and the text. Some record long
// texts instead.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace trace::bench {

inline constexpr std::string_view run_id = "3f2b8c14-5d7e-4a90-9c1f-7e6d5a4b3c2d";  // 36 bytes
inline constexpr std::string_view node_id = "scan-target-hosts-01";                 // 20 bytes
inline const std::string text = "found an open port and read its banner: 60 bytes of the text";

struct LongText {
  std::string_view name;
  std::size_t bytes;
};
inline constexpr std::array<LongText, 3> long_texts{
    {{"1,000", 1'000}, {"4,000", 4'000}, {"16,000", 16'000}}};

// Lines of the text above.
inline std::string long_text(std::size_t bytes) {
  std::string lines;
  while (lines.size() < bytes) lines.append(text).append("\n");
  lines.resize(bytes);
  return lines;
}

}  // namespace trace::bench
