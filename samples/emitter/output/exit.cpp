// SPDX-License-Identifier: Apache-2.0
#include "emitter/output/exit.hpp"

#include <fmt/format.h>
#include <trace/detail/standard_error.hpp>

#include "emitter/output/text.hpp"

namespace trace::cli::output {

int fail(std::string_view text, int code) {
  detail::write_to_stderr(fmt::format("shiptrace: {}\n", printable(text)));
  return code;
}

}  // namespace trace::cli::output
