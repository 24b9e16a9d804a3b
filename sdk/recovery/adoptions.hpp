// Adoptions: looks for orphaned journals of one destination in a directory and delivers them, one
// after another. Live sessions look every 30 seconds, `recover` looks until none is left. One
// thread, but for interrupt-safety see SessionCore.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "recovery/adoption.hpp"

namespace trace::detail {

class Adoptions {
 public:
  // `own` is the journal of the looking session, or empty.
  Adoptions(std::string directory, std::string transport, std::string endpoint, std::string own,
            AdoptionParts parts, ShipperLimits limits);

  Steady::time_point step(Steady::time_point now);

  // Looks again now, not in 30 seconds.
  void look_now() noexcept { next_look_ = {}; }
  void hurry(Steady::time_point deadline);
  // Nothing is being delivered, and the last look found nothing.
  bool idle() const noexcept { return !current_ && looked_ && !found_; }

  std::uint64_t events_delivered() const noexcept;
  std::uint64_t events_rejected() const noexcept;
  // Grows with everything that the backend takes.
  std::uint64_t progress() const noexcept;
  std::uint64_t journals_removed() const noexcept { return journals_removed_; }
  std::uint64_t lost_nodes() const noexcept { return lost_nodes_; }
  // Slabs and tails that make no sense, and events that could be neither read nor kept.
  std::uint64_t quarantined() const noexcept { return quarantined_; }
  std::uint64_t events_lost() const noexcept { return lost_; }
  // Journals that wait for another try because the backend refuses what is left of them.
  std::vector<std::string> refused() const;
  // What waits has its own limit in time, and it is not the backend that is waited for.
  bool reaping() const noexcept { return current_ && current_->reaping(); }
  // All that is left of the current journal is what the backend refuses.
  bool only_refused_is_left() const noexcept {
    return current_ && current_->only_refused_is_left();
  }
  // Journals that are left alone, with the reason, one line each.
  const std::set<std::string>& left_alone() const noexcept { return left_alone_; }
  // The journal that is being delivered, or nothing.
  std::string current() const { return current_ ? current_->path() : std::string(); }

 private:
  // A journal that gives way to others for a while.
  struct Postponed {
    Steady::time_point until;
    std::optional<std::uint64_t> taken;  // earlier, when the backend has taken more than this
    Steady::duration pause;
  };

  std::unique_ptr<Adoption> find(Steady::time_point now);
  void give_way(Steady::time_point now);
  void count_current();
  void finish_current(Steady::time_point now);

  std::string directory_;
  std::string transport_;
  std::string endpoint_;
  std::string own_;
  AdoptionParts parts_;
  ShipperLimits limits_;
  std::unique_ptr<Adoption> current_;
  Steady::time_point next_look_{};
  bool looked_ = false;
  bool found_ = false;
  std::uint64_t delivered_ = 0;
  std::uint64_t rejected_ = 0;
  std::uint64_t progress_ = 0;
  std::uint64_t journals_removed_ = 0;
  std::uint64_t lost_nodes_ = 0;
  std::uint64_t quarantined_ = 0;
  std::uint64_t lost_ = 0;
  std::map<std::string, Postponed> postponed_;
  Steady::time_point next_look_aside_{};
  std::uint64_t taken_before_ = 0;
  std::set<std::string> left_alone_;
};

}  // namespace trace::detail
