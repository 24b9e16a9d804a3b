// Adoption: delivers what an orphaned journal still holds, under the identity that its session gave
// it, then removes the file. Has a step() like the shipper, which does the work inside. One thread.
#pragma once

#include <trace/orphan.hpp>

#include <memory>
#include <string>

#include "recovery/adopted_journal.hpp"
#include "ship/shipper.hpp"

namespace trace::detail {

struct AdoptionParts {
  Transport& transport;
  Clock& clock;
  DeadLetters& dead_letters;
  Diagnostics& diagnostics;
  TakenEvents& taken;
  Reap reap = {};
  RedactionRules redaction = {};
};

class Adoption {
 public:
  // `reader` holds the journal's lock.
  Adoption(JournalReader reader, AdoptionParts parts, ShipperLimits limits);

  // Does what can be done now; answers when there will be something to do again.
  Steady::time_point step(Steady::time_point now);
  // Everything is delivered and the file is removed.
  bool done() const noexcept { return done_; }
  // Makes the next send come at once, ending by the deadline.
  void hurry(Steady::time_point deadline);

  const std::string& path() const noexcept { return path_; }
  const ShipperCounters& counters() const noexcept { return shipper_.counters(); }
  std::size_t lost_nodes() const noexcept { return lost_nodes_; }
  std::size_t quarantined() const noexcept { return journal_.quarantined(); }
  // All is delivered, and what that session started is being ended.
  bool reaping() const noexcept { return waits_for_reaping_; }
  // What that session started and could not be ended; known once it is done, else empty. Then the
  // file stays, without its events, so that whoever adopts it next tries again.
  const std::string& still_running() const noexcept { return still_running_; }
  // See Shipper.
  bool only_refused_is_left() const noexcept { return shipper_.only_refused_is_left(); }

 private:
  // Time as the shipper sees it, with every stamp of the file in the past.
  class EndOfTime final : public Clock {
   public:
    explicit EndOfTime(Clock& clock) : clock_(clock) {}
    Steady::time_point now() override { return clock_.now(); }
    std::int64_t wall_ns() override { return clock_.wall_ns(); }
    std::uint64_t stamp() override { return last_stamp; }

   private:
    Clock& clock_;
  };
  static constexpr std::uint64_t last_stamp = UINT64_MAX - 1;

  std::string path_;
  AdoptedJournal journal_;
  AdoptionParts parts_;
  EndOfTime clock_;
  WallTime wall_time_;
  RunRegistry runs_;
  Shipper shipper_;
  std::unique_ptr<Reaping> reaping_;  // before the journal goes
  bool nodes_added_ = false;
  bool waits_for_reaping_ = false;
  bool done_ = false;
  std::size_t lost_nodes_ = 0;
  std::string still_running_;
};

}  // namespace trace::detail
