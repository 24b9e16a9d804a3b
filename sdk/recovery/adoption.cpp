// SPDX-License-Identifier: Apache-2.0
#include "recovery/adoption.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <set>

#include "contract/timestamp.hpp"
#include "journal/file.hpp"
#include "text/json_text.hpp"

namespace trace::detail::recovery {
namespace {

using namespace std::chrono_literals;

constexpr auto cleanup_interval = 50ms;
// Between attempts to open files while the process has no descriptors left.
constexpr auto blocked_interval = 500ms;
// For reading, per step: deadlines of close() and flush() are checked between steps.
constexpr auto step_time = 20ms;

}  // namespace

Adoption::Adoption(journal::JournalReader reader, AdoptionParts parts, ship::ShipperLimits limits)
    : name_(journal::journal_name(reader.header().session)),
      path_(reader.path()),
      journal_(std::move(reader), parts.directory, parts.config.journal_budget),
      parts_(parts),
      clock_(parts.clock),
      wall_time_(journal_.reader().header().calibrations),
      shipper_({journal_, journal_.definitions(), journal_.definitions(), journal_, runs_,
                wall_time_, parts.transport, clock_, parts.dead_letters, parts.diagnostics,
                parts.taken, parts.redaction},
               limits, std::string(journal_.reader().header().session)) {
  for (const journal::FoundRun& run : journal_.reader().runs()) {
    if (run.number >= journal::max_runs) continue;  // a damaged record; no event refers to it
    runs_.restore(run.number, run.id,
                  {.workflow_id = run.workflow_id,
                   .organization_id = run.organization_id,
                   .total_actions = run.total_actions});
  }
  begin_cleanup();
}

void Adoption::begin_cleanup() {
  std::map<std::string, std::vector<std::string>> by_owner;
  for (const journal::Note& note : journal::notes_of(journal_.reader().header())) {
    by_owner[std::string(note.owner)].emplace_back(note.bytes);
  }
  for (auto& [owner, notes] : by_owner) {
    if (!parts_.cleaned_up.contains(owner)) begin_cleanup_of(owner, std::move(notes));
  }
}

void Adoption::begin_cleanup_of(const std::string& owner, std::vector<std::string> notes) {
  const auto cleaner = parts_.clean_up_orphans.find(owner);
  if (cleaner == parts_.clean_up_orphans.end()) {
    complain("containers",
             fmt::format("journal {} has notes of {}, which this program does not handle; recover "
                         "it with the program that wrote it, or remove the file",
                         path_, text::in_quotes(owner)));
    orphans_left_ = true;
    return;
  }
  try {
    const int directory = parts_.directory ? parts_.directory->descriptor() : -1;
    auto cleanup = cleaner->second({session(), path_, directory, std::move(notes)}, parts_.config);
    if (cleanup == nullptr) {
      parts_.cleaned_up.insert(owner);
      return;
    }
    for (std::string& why : cleanup->out_of_reach()) complain("containers", std::move(why));
    cleanups_.emplace(owner, std::move(cleanup));
  } catch (const std::exception& error) {  // thrown by the host's cleanup, or no memory
    complain("containers", error.what());
    orphans_left_ = true;
  }
}

void Adoption::complain(std::string_view reason, std::string text) {
  parts_.diagnostics.report(reason, text);
  complaints_.push_back(std::move(text));
}

void Adoption::hurry(time::Steady::time_point deadline) {
  shipper_.request_flush(last_stamp, deadline);
}

time::Steady::time_point Adoption::step(time::Steady::time_point now) {
  end_cleanup();
  const time::Steady::time_point step_end = time::Steady::now() + step_time;
  journal_.begin_step(step_end);
  const time::Steady::time_point next = shipper_.step(now);
  if (shipper_.resolved_before() < last_stamp) return next;
  if (!journal_.all_opened()) return now;
  if (!all_added_) {
    std::string timestamp;
    contract::append_timestamp(timestamp, parts_.clock.wall_ns());
    all_added_ = !journal_.add_events(timestamp, step_end);
    // With nothing to add the file is removed in the step that saw the last response: a session
    // that closes between steps would leave a journal of delivered events to be delivered again.
    if (!all_added_) return journal_.additions()->is_blocked() ? now + blocked_interval : now;
  }
  if (!finishes_begun_) {
    finishes_begun_ = true;
    if (begin_finishes()) return now;
  }
  if (!journal_.set_damaged_aside(step_end)) return now;
  if (is_cleaning_up()) return now + cleanup_interval;
  finish();
  return now;
}

bool Adoption::begin_finishes() {
  bool any = false;
  std::set<std::uint32_t> begun;  // a damaged record may repeat a number
  for (const journal::FoundRun& run : journal_.reader().runs()) {
    if (run.number >= journal::max_runs || !run.has_unsent_finish()) continue;
    if (!begun.insert(run.number).second) continue;
    // A damaged stamp must not look as if it were still to come.
    const std::uint64_t stamp = std::min(run.finish_stamp, last_stamp - 1);
    shipper_.add_finish(runs_.restore(run.number, run.id), stamp, true);
    any = true;
  }
  return any;
}

// Before the journal, and with it the lock, is removed.
void Adoption::end_cleanup() {
  std::erase_if(cleanups_, [this](const auto& of_owner) {
    const auto& [owner, cleanup] = of_owner;
    if (!cleanup->ended()) return false;
    if (std::string error = cleanup->error(); error.empty()) {
      parts_.cleaned_up.insert(owner);
    } else {
      complain("containers", std::move(error));
      orphans_left_ = true;
    }
    return true;
  });
}

void Adoption::finish() {
  for (const std::string& why : journal_.additions()->refused()) complain("recovery", why);
  if (parts_.directory != nullptr) {
    // Data behind invalid extents may still be of value.
    const bool keeps_whole = journal_.reader().has_damaged_extents() || journal_.has_unread();
    // The header's notes are needed until what they announce is removed.
    const bool stays_whole = keeps_whole && orphans_left_;
    if (!stays_whole) {
      if (keeps_whole) journal_.quarantine().take(name_);
      const bool notes_stay = orphans_left_ && journal_.forget_events();
      if (!notes_stay) parts_.directory->remove(name_);
      // Not earlier: a repeated recovery has to find them.
      journal_.additions()->remove_tails();
    }
  }
  report_quarantine();
  done_ = true;
}

void Adoption::report_quarantine() {
  if (journal_.reader().is_cut()) {
    parts_.diagnostics.report(
        "quarantine", fmt::format("{} is shorter than its session made it: it was truncated; the "
                                  "rest of it was delivered",
                                  path_));
  }
  const Quarantine& quarantine = journal_.quarantine();
  if (quarantine.found() == 0) return;
  std::string text = fmt::format(
      "{} damaged slabs or files of {}, {} of them are kept in quarantine/; the rest of "
      "it was delivered",
      quarantine.found(), path_, quarantine.kept());
  if (quarantine.removed() > 0) {
    text += fmt::format("; {} older files were removed for them", quarantine.removed());
  }
  parts_.diagnostics.report("quarantine", text);
}

}  // namespace trace::detail::recovery
