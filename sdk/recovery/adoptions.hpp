// Adoptions: looks for orphaned journals of one destination in a directory and delivers them, one
// after another. Live sessions look every 30 seconds, `recover` looks until none is left. A journal
// that cannot be read, needs too much to be read or is not taken for long does not keep the next
// one from its turn. One thread, but for interrupt-safety see SessionCore.
#pragma once

#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "recovery/adoption.hpp"

namespace trace::detail::recovery {

struct Destination {
  std::string transport;
  std::string endpoint;
};

class Adoptions {
 public:
  // `own`: the name of the journal of the looking session, or empty. `turn`: how long a journal of
  // which nothing is taken keeps others waiting.
  Adoptions(Destination destination, std::string own, time::Steady::duration turn,
            AdoptionParts parts, ship::ShipperLimits limits);

  // Works for some milliseconds, beside the time of a send.
  time::Steady::time_point step(time::Steady::time_point now);

  // Looks again now, not in 30 seconds.
  void look_now() noexcept { next_look_ = {}; }
  void hurry(time::Steady::time_point deadline);
  // Nothing is being delivered, and the last look found nothing.
  bool idle() const noexcept {
    return !current_ && !reader_ && waiting_.empty() && looked_ && !found_;
  }

  std::uint64_t events_delivered() const noexcept;
  std::uint64_t events_rejected() const noexcept;
  // Grows with everything that the backend takes.
  std::uint64_t progress() const noexcept;
  std::uint64_t journals_removed() const noexcept { return journals_removed_; }
  std::uint64_t lost_nodes() const noexcept { return lost_nodes_; }
  // Slabs and tails that make no sense, and events that could be neither read nor kept.
  std::uint64_t quarantined() const noexcept { return quarantined_; }
  std::uint64_t not_quarantined() const noexcept { return not_quarantined_; }
  std::uint64_t events_lost() const noexcept { return lost_; }
  // Paths of journals that gave way to others because the backend refuses what is left of them.
  const std::set<std::string>& refused() const noexcept { return refused_; }
  // What is waited for has its own limit in time, and is not the backend.
  bool reaping() const noexcept { return current_ && current_->reaping(); }
  // All that is left of the current journal is what the backend refuses.
  bool only_refused_is_left() const noexcept {
    return current_ && current_->only_refused_is_left();
  }
  // Why the last look could not read the directory; 0: it could.
  bool is_unreadable() const noexcept { return unreadable_error_ != 0; }
  std::string unreadable_because() const { return std::strerror(unreadable_error_); }
  bool reading() const noexcept { return reader_.has_value(); }
  // Journals that are left alone, with the reason, one line each.
  const std::set<std::string>& left_alone() const noexcept { return left_alone_; }
  // The journal that is being delivered, or nothing.
  std::string current() const { return current_ ? current_->path() : std::string(); }

 private:
  // A journal whose containers could not be removed, or of which only refused events are left,
  // waits for another try.
  struct Postponed {
    time::Steady::time_point until;
    time::Steady::duration pause;
    // Refused events are tried again as soon as the backend has taken more than this.
    std::uint64_t taken = UINT64_MAX;
  };

  // Looks for the next journal, and reads it.
  time::Steady::time_point look(time::Steady::time_point now);
  void begin_look(time::Steady::time_point now);
  bool is_postponed(const std::string& name, time::Steady::time_point now) const;
  void open(const std::string& name);
  void begin_adoption(time::Steady::time_point now);
  void count_current();
  void finish_current(time::Steady::time_point now);
  void end_turn(time::Steady::time_point now);
  void leave_alone(std::string why);
  void tell();

  const Destination destination_;
  const std::string own_;
  const time::Steady::duration turn_;
  const AdoptionParts parts_;
  const ship::ShipperLimits limits_;
  std::deque<std::string> waiting_;  // names that this look has found
  std::optional<journal::JournalReader> reader_;
  std::unique_ptr<Adoption> current_;
  std::uint64_t taken_before_ = 0;
  time::Steady::time_point turn_end_{};
  time::Steady::time_point next_look_{};
  time::Steady::time_point next_hurry_{};
  bool looked_ = false;
  int unreadable_error_ = 0;
  bool found_ = false;  // something that could be adopted, in this look
  std::uint64_t delivered_ = 0;
  std::uint64_t rejected_ = 0;
  std::uint64_t progress_ = 0;
  std::uint64_t journals_removed_ = 0;
  std::uint64_t lost_nodes_ = 0;
  std::uint64_t quarantined_ = 0;
  std::uint64_t not_quarantined_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t seen_taken_ = 0;   // by the backend, from whichever journal
  std::set<std::string> refused_;  // paths that gave way with nothing but refused events
  std::map<std::string, Postponed> postponed_;  // by name
  std::set<std::string> left_alone_;
  std::vector<std::string> untold_;
  // Names of journals that take too much to be read, or are delivered and cannot be removed.
  std::set<std::string> done_with_;
  std::set<std::string> reaped_;  // sessions whose containers are gone
};

}  // namespace trace::detail::recovery
