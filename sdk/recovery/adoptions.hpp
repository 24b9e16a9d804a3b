// SPDX-License-Identifier: Apache-2.0
// Adoptions: finds orphaned journals of one destination in a directory and delivers them, one after
// another. Live sessions scan every 30 seconds, `recover` scans until none is left. A journal that
// cannot be read, exceeds the limits or makes no progress for long does not block the next one. One
// thread; for interrupts see SessionCore.
#pragma once

#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <trace/recovery.hpp>

#include "journal/directory.hpp"
#include "recovery/adoption.hpp"

namespace trace::detail::recovery {

// A journal whose session is gone and whose lock is free.
struct LockedOrphan {
  journal::FileDescriptor file = {};
  std::string why = {};  // why it may not be opened; empty if it is locked or gone

  explicit operator bool() const noexcept { return static_cast<bool>(file); }
};

// Opens the journal and takes its lock, so that no two processes adopt the same one. Nothing if it
// was removed or replaced meanwhile.
LockedOrphan lock_orphan(const journal::JournalDirectory& directory, std::string_view name);

// Removes the files of sessions that died between creating a journal and naming it, and the tails
// of journals that are gone.
void remove_leftovers(const journal::JournalDirectory& directory);

struct Destination {
  std::string transport;
  std::string endpoint;
};

// Why the journal of this header, found under this path, is not one of the destination's; empty if
// it is.
std::string fault_of_header(const journal::FileHeader& header, std::string_view session,
                            const std::string& path, const Destination& destination);

class Adoptions {
 public:
  // `own`: the name of the scanning session's journal, or empty. `turn`: how long a journal without
  // progress blocks others.
  Adoptions(Destination destination, std::string own, time::Steady::duration turn,
            AdoptionParts parts, ship::ShipperLimits limits);

  // Takes some milliseconds plus the time of a send.
  time::Steady::time_point step(time::Steady::time_point now);

  void hurry(time::Steady::time_point deadline);
  // Nothing is being delivered, and the last scan found nothing.
  bool idle() const noexcept {
    return !current_ && !reader_ && waiting_.empty() && looked_ && !found_;
  }

  // What was done so far, and what is left alone with the reason.
  RecoveryReport report() const;
  // Grows with every event that the backend accepts.
  std::uint64_t progress() const noexcept;
  // Waiting for an OrphanCleanup, which has its own time limit.
  bool is_cleaning_up() const noexcept { return current_ && current_->is_cleaning_up(); }
  // Only refused events are left of the current journal.
  bool only_refused_is_left() const noexcept {
    return current_ && current_->only_refused_is_left();
  }
  // The last scan could not read the directory.
  bool is_unreadable() const noexcept { return unreadable_error_ != 0; }
  std::string unreadable_because() const { return std::strerror(unreadable_error_); }
  bool reading() const noexcept { return reader_.has_value(); }
  // Journals that the last scan found and that were not begun.
  std::size_t waiting() const noexcept { return waiting_.size(); }
  // The journal that is being delivered, or empty.
  std::string current() const { return current_ ? current_->path() : std::string(); }

 private:
  // A journal with notes of what could not be removed, or of which only refused events are left,
  // waiting for another attempt.
  struct Postponed {
    time::Steady::time_point until;
    time::Steady::duration pause;
    // Refused events are retried as soon as the backend has accepted more than this.
    std::uint64_t taken = UINT64_MAX;
  };

  // Finds the next journal and reads it.
  time::Steady::time_point look(time::Steady::time_point now);
  void begin_look(time::Steady::time_point now);
  bool is_postponed(const std::string& name, time::Steady::time_point now) const;
  void open(const std::string& name);
  void begin_adoption(time::Steady::time_point now);
  void count_current();
  void finish_current(time::Steady::time_point now);
  void end_turn(time::Steady::time_point now);
  void leave_alone(std::string why);
  void report_left_alone();

  const Destination destination_;
  const std::string own_;
  const time::Steady::duration turn_;
  const AdoptionParts parts_;
  const ship::ShipperLimits limits_;
  std::deque<std::string> waiting_;  // names found by this scan
  std::optional<journal::JournalReader> reader_;
  std::unique_ptr<Adoption> current_;
  std::uint64_t taken_before_ = 0;
  time::Steady::time_point turn_end_{};
  time::Steady::time_point next_look_{};
  time::Steady::time_point next_hurry_{};
  bool looked_ = false;
  int unreadable_error_ = 0;
  bool found_ = false;                          // this scan found something to adopt
  std::uint64_t progress_ = 0;                  // of the adoptions before the current one
  RecoveryReport done_;                         // of these, without what is left
  std::uint64_t seen_taken_ = 0;                // by the backend, from any journal
  std::set<std::string> refused_;               // paths postponed with only refused events left
  std::map<std::string, Postponed> postponed_;  // by name
  std::set<std::string> left_alone_;
  std::vector<std::string> unreported_;
  // Names of journals that take too much to be read, or are delivered and cannot be removed.
  std::set<std::string> done_with_;
  // Of journals that are adopted again: see AdoptionParts. By session.
  std::map<std::string, std::set<std::string>> cleaned_up_;
};

}  // namespace trace::detail::recovery
