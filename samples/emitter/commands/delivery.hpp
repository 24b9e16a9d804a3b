// SPDX-License-Identifier: Apache-2.0
// The end of a command's session, with a message about unsent events.
// Main thread.
#pragma once

#include <trace/config.hpp>
#include <trace/session.hpp>

namespace trace::cli::commands {

// Closes the session within Config::close_timeout and reports on stderr how many events are kept in
// the journal. Returns false when events are lost: dropped, or accepted and neither sent nor kept
// (the diagnostic "lost", which --quiet does not silence, says how many and why).
bool close(Session& session, const Config& config);

}  // namespace trace::cli::commands
