// SPDX-License-Identifier: Apache-2.0
// shiptrace summarize: shows the outputSummary that an output would have. Needs no backend.
#include <fmt/format.h>
#include <trace/summary.hpp>

#include <string>

#include "emitter/commands/commands.hpp"
#include "emitter/input/input_file.hpp"
#include "emitter/output/exit.hpp"
#include "emitter/output/text.hpp"

namespace trace::cli::commands {
int summarize(const SummarizeOptions& options) {
  Summariser summariser({.max_bytes = options.max_bytes});
  const auto read =
      input::read_pieces(options.file, [&](std::string_view piece) { summariser.update(piece); });
  if (!read) return output::fail(read.error().text());
  const std::string summary = output::printable_json(summariser.finish());
  fmt::print("{}\n", options.json ? summary : output::indented_json(summary));
  return exit_code::ok;
}

}  // namespace trace::cli::commands
