// SPDX-License-Identifier: Apache-2.0
#include "emitter/output/thousands.hpp"

namespace trace::cli::output {

std::string thousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t end = text.size(); end > 3;) {
    end -= 3;
    text.insert(end, 1, ',');
  }
  return text;
}

}  // namespace trace::cli::output
