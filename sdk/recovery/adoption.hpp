// SPDX-License-Identifier: Apache-2.0
// Adoption: delivers the rest of an orphaned journal, under the identity that its session gave it,
// then removes the file. Its step() contains the shipper's; it takes some milliseconds plus the
// time of a send, whatever the file contains. One thread.
#pragma once

#include <trace/orphan.hpp>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "recovery/adopted_journal.hpp"
#include "ship/shipper.hpp"

namespace trace::detail::recovery {

struct AdoptionParts {
  Transport& transport;
  time::Clock& clock;
  ship::DeadLetters& dead_letters;
  ship::Diagnostics& diagnostics;
  ship::TakenEvents& taken;
  const Config& config;  // ours
  OrphanCleaners clean_up_orphans = {};
  secrets::RedactionRules redaction = {};
  journal::SharedDirectory directory = {};  // of the journals
  // Owners of the journal's notes whose OrphanCleaner has already succeeded.
  std::set<std::string> cleaned_up = {};
};

class Adoption {
 public:
  // `reader` has read the journal and owns its lock.
  Adoption(journal::JournalReader reader, AdoptionParts parts, ship::ShipperLimits limits);

  // Does the work that is due; returns when to call it again.
  time::Steady::time_point step(time::Steady::time_point now);
  // Everything is delivered and the file is removed.
  bool done() const noexcept { return done_; }
  // Sends immediately, by the deadline.
  void hurry(time::Steady::time_point deadline);

  const std::string& path() const noexcept { return path_; }
  std::string session() const { return journal_.session(); }
  const ship::ShipperCounters& counters() const noexcept { return shipper_.counters(); }
  std::size_t lost_nodes() const noexcept {
    return journal_.additions() == nullptr ? 0 : journal_.additions()->lost_nodes();
  }
  std::size_t quarantined() const noexcept { return journal_.quarantine().found(); }
  std::size_t not_quarantined() const noexcept {
    return quarantined() - journal_.quarantine().kept();
  }
  // What that session left running is being removed.
  bool is_cleaning_up() const noexcept { return !cleanups_.empty(); }
  // See AdoptionParts; grows.
  const std::set<std::string>& cleaned_up() const noexcept { return parts_.cleaned_up; }
  // What failed, one line each; complete once done().
  const std::vector<std::string>& complaints() const noexcept { return complaints_; }
  // Something of it may be left. Then the file stays, so that the next adopter tries again: without
  // its events, unless a part of it could not be read.
  bool orphans_left() const noexcept { return orphans_left_; }
  // See Shipper.
  bool holds_refused() const noexcept { return shipper_.holds_refused(); }
  bool only_refused_is_left() const noexcept { return shipper_.only_refused_is_left(); }

 private:
  // The shipper's clock, with every stamp of the file in the past.
  class EndOfTime final : public time::Clock {
   public:
    explicit EndOfTime(time::Clock& clock) : clock_(clock) {}
    time::Steady::time_point now() override { return clock_.now(); }
    std::int64_t wall_ns() override { return clock_.wall_ns(); }
    std::uint64_t stamp() override { return last_stamp; }

   private:
    time::Clock& clock_;
  };
  static constexpr std::uint64_t last_stamp = UINT64_MAX - 1;

  // After every event: true if there is one that the dead session's backend has not acknowledged.
  bool begin_finishes();
  void begin_cleanup();
  void begin_cleanup_of(const std::string& owner, std::vector<std::string> notes);
  void end_cleanup();
  void finish();
  void report_quarantine();
  void complain(std::string_view reason, std::string text);

  const std::string name_;
  std::string path_;
  AdoptedJournal journal_;
  AdoptionParts parts_;
  EndOfTime clock_;
  time::WallTime wall_time_;
  ship::RunRegistry runs_;
  ship::Shipper shipper_;
  // By the owner of the notes; end before the journal is removed.
  std::map<std::string, std::unique_ptr<OrphanCleanup>> cleanups_;
  bool all_added_ = false;
  bool finishes_begun_ = false;
  bool orphans_left_ = false;
  bool done_ = false;
  std::vector<std::string> complaints_;
};

}  // namespace trace::detail::recovery
