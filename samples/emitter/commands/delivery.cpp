// SPDX-License-Identifier: Apache-2.0
#include "emitter/commands/delivery.hpp"

#include <fmt/core.h>

#include "emitter/output/printable.hpp"
#include "emitter/output/thousands.hpp"

namespace trace::cli::commands {

bool close(Session& session, const Config& config) {
  const Closed closed = session.close(config.close_timeout);
  if (closed.kept > 0) {
    fmt::print(stderr, "{} events kept in {}; the next start or 'shiptrace recover' sends them\n",
               output::thousands(closed.kept), output::printable(closed.journal));
  }
  return closed.lost == 0 && session.stats().dropped == 0;
}

}  // namespace trace::cli::commands
