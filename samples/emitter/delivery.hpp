// The end of a session's life as the commands tell it: what was sent, what waits in the journal.
// Main thread.
#pragma once

#include <trace/config.hpp>
#include <trace/session.hpp>

namespace trace::cli {

// Gives the last events Config::close_timeout and says on stderr what could not be sent. Answers
// false when events are lost, because no journal could be written.
bool close(Session& session, const Config& config);

}  // namespace trace::cli
