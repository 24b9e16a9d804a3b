// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <trace/detail/values.hpp>

#include <string>
#include <vector>

using namespace trace::detail;

TEST_CASE("a text is stored whole at every alignment, and nothing beyond its end is written") {
  constexpr auto untouched = std::byte{0xEE};
  std::string text;
  for (std::size_t size = 0; size <= 5 * shortest_long_text; ++size) {
    for (std::size_t offset = 0; offset < 64; offset += 4) {
      std::vector<std::byte> memory(offset + 4 + size + 64, untouched);
      std::byte* at = memory.data() + offset;
      store_text(at, text);
      REQUIRE(at == memory.data() + offset + 4 + size);
      REQUIRE(std::string_view(reinterpret_cast<const char*>(at) - size, size) == text);
      for (const std::byte* each = at; each < memory.data() + memory.size(); ++each) {
        REQUIRE(*each == untouched);
      }
    }
    text += static_cast<char>('a' + size % 23);
  }
}
