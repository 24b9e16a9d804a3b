// Leftover: what became of the events that a closing session could not send. They are kept when a
// later start finds them in the journal's file, else lost. Called by close() after the threads have
// stopped and before the journal's lock is released.
#pragma once

#include <cstdint>
#include <string>

#include "journal/file.hpp"

namespace trace::detail::session {

struct Leftover {
  std::uint64_t kept = 0;
  std::uint64_t lost = 0;
  std::string why;  // of what is lost; empty when nothing is
};

// `unsent`: events without an answer. `all_read`: everything that could be read of the journal was
// sent and answered, so `unsent` events are not in it any more. `directory`: of the configuration.
Leftover leftover_of(const journal::JournalFile& file, const std::string& directory,
                     std::uint64_t unsent, bool all_read);

}  // namespace trace::detail::session
