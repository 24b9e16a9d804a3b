#include "recovery/adoption.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <exception>

#include "contract/json_text.hpp"
#include "journal/docker_clients.hpp"
#include "recovery/found_tail.hpp"

namespace trace::detail {
namespace {

constexpr std::chrono::milliseconds reaping_interval(50);

}  // namespace

Adoption::Adoption(JournalReader reader, AdoptionParts parts, ShipperLimits limits)
    : path_(reader.path()),
      journal_(std::move(reader)),
      parts_(parts),
      clock_(parts.clock),
      wall_time_(journal_.reader().header()),
      shipper_({journal_, journal_, runs_, wall_time_, parts.transport, clock_, parts.dead_letters,
                parts.diagnostics, parts.taken, parts.redaction},
               limits, std::string(journal_.reader().header().session)) {
  for (const FoundRun& run : journal_.reader().runs()) {
    runs_.restore(run.number, run.id,
                  {.workflow_id = run.workflow_id,
                   .organization_id = run.organization_id,
                   .total_actions = run.total_actions});
  }
  if (parts_.reap) {
    const FileHeader& header = journal_.reader().header();
    try {
      reaping_ = parts_.reap({std::string(header.session), path_, docker_clients(header)});
    } catch (const std::exception& error) {  // of the host's own Reap, or no memory
      parts_.diagnostics.report("containers", error.what());
    }
  }
}

void Adoption::hurry(Steady::time_point deadline) { shipper_.request_flush(last_stamp, deadline); }

Steady::time_point Adoption::step(Steady::time_point now) {
  const Steady::time_point next = shipper_.step(now);
  if (shipper_.resolved_before() < last_stamp) return next;
  if (!nodes_added_) {
    nodes_added_ = true;
    std::string timestamp;
    append_timestamp(timestamp, parts_.clock.wall_ns());
    const AdoptedJournal::Added added = journal_.add_events(timestamp);
    lost_nodes_ = added.lost_nodes;
    if (added.events > 0) return now;
  }
  if (reaping_ != nullptr) {
    // The lock goes with the journal: first what it allows.
    waits_for_reaping_ = !reaping_->ended();
    if (waits_for_reaping_) return now + reaping_interval;
    still_running_ = reaping_->complaint();
  } else if (!docker_clients(journal_.reader().header()).empty()) {
    still_running_ =
        fmt::format("{}: its containers may be left, and nobody here can remove them", path_);
  }
  if (!still_running_.empty()) parts_.diagnostics.report("containers", still_running_);
  if (journal_.quarantined() > 0) {
    parts_.diagnostics.report(
        "quarantine",
        fmt::format("{} damaged slabs or tails of {} are kept in quarantine/; the rest of it "
                    "was delivered",
                    journal_.quarantined(), path_));
  }
  // The header's note of docker clients is needed until nothing of theirs is left.
  const bool note_stays = !still_running_.empty() && journal_.forget_events();
  if (!note_stays) unlink(path_.c_str());
  // Only now: a repeated recovery has to find them.
  for (const std::string& tail : tails_of(path_)) unlink(tail.c_str());
  done_ = true;
  return now;
}

}  // namespace trace::detail
