// SPDX-License-Identifier: Apache-2.0
// Leftover: the events that a closing session could not send. They are kept if a later session
// finds them in the journal's file, otherwise lost. Called by close() after the threads have
// stopped and before the journal is unlocked.
#pragma once

#include <cstdint>
#include <string>

#include "journal/file.hpp"

namespace trace::detail::session {

struct Leftover {
  std::uint64_t kept = 0;
  std::uint64_t lost = 0;
  std::string why;  // reason of the loss; empty if nothing is lost
};

// `unsent`: unresolved events. `all_read`: everything that could be read from the journal was sent
// and resolved, so `unsent` events are not in it any more. `directory`: of the configuration.
Leftover leftover_of(const journal::JournalFile& file, const std::string& directory,
                     std::uint64_t unsent, bool all_read);

}  // namespace trace::detail::session
