// SPDX-License-Identifier: Apache-2.0
// shiptrace cancel: asks the backend to cancel a run. Its workers learn of it from the backend.
#include <fmt/format.h>
#include <trace/status.hpp>

#include "emitter/backend/backend.hpp"
#include "emitter/backend/overviews.hpp"
#include "emitter/commands/commands.hpp"
#include "emitter/commands/overview_tables.hpp"
#include "emitter/output/exit.hpp"
#include "emitter/output/screen.hpp"
#include "emitter/output/text.hpp"

namespace trace::cli::commands {

int cancel(const CancelOptions& options) {
  auto backend = backend::Backend::open(config_of(options.shared));
  if (!backend) return output::fail(backend.error().text(), exit_code::usage);
  const auto status =
      backend::run_status_in(backend->post(backend::run_path(options.run, "/cancel")));
  if (!status) return output::fail(status.error().text());
  if (options.format == Format::json) {
    fmt::print("{}\n", output::printable_json(to_json(*status)));
  } else {
    const std::string_view text = name(status->status);
    fmt::print("run {}: {}\n", output::printable(status->run_id),
               output::screen_of_stdout().painted(colour_of_status(text), text));
  }
  return exit_code::ok;
}

}  // namespace trace::cli::commands
