// SPDX-License-Identifier: Apache-2.0
#include "vectors.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string_view>

namespace trace::test {
namespace {

// {"case": "NAME", "value": VALUE}: cut by hand, so that the payload reaches the parser as it
// appears in the file, without another parser.
Vector cut(std::string_view line) {
  constexpr std::string_view before_name = R"({"case": ")";
  constexpr std::string_view before_value = R"(", "value": )";
  REQUIRE(line.starts_with(before_name));
  REQUIRE(line.ends_with('}'));
  line.remove_prefix(before_name.size());
  line.remove_suffix(1);
  const std::size_t end_of_name = line.find(before_value);
  REQUIRE(end_of_name != std::string_view::npos);
  return {std::string(line.substr(0, end_of_name)),
          std::string(line.substr(end_of_name + before_value.size()))};
}

}  // namespace

std::vector<Vector> read_vectors(const std::string& file) {
  std::ifstream input(std::string(SHIPTRACE_VECTORS_DIR) + "/" + file);
  std::vector<Vector> vectors;
  for (std::string line; std::getline(input, line);) vectors.push_back(cut(line));
  REQUIRE_FALSE(vectors.empty());
  return vectors;
}

}  // namespace trace::test
