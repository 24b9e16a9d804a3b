// The end of a session's life as the commands tell it: what was sent, what waits in the journal.
// Main thread.
#pragma once

#include <trace/config.hpp>
#include <trace/session.hpp>

namespace trace::cli {

// Gives the last events Config::close_timeout and reports on stderr what could not be sent. Returns
// false when events are lost: dropped, or accepted and neither sent nor kept (the diagnostic
// "lost", which --quiet does not silence, says how many and why).
bool close(Session& session, const Config& config);

}  // namespace trace::cli
