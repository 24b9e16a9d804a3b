// SPDX-License-Identifier: Apache-2.0
// The public side of recovery: recover() and inspect_journal().
#include <fcntl.h>
#include <fmt/format.h>
#include <trace/recovery.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <thread>
#include <tuple>

#include "config/finalized.hpp"
#include "journal/descriptor.hpp"
#include "journal/found_definitions.hpp"
#include "journal/slab_reader.hpp"
#include "recovery/adoptions.hpp"
#include "recovery/discard.hpp"
#include "secrets/secrets.hpp"

namespace trace {

using namespace detail;
using namespace detail::recovery;

// A backend that refuses what is left is not an outage that ends soon.
constexpr std::chrono::seconds refused_patience{5};
constexpr std::chrono::seconds progress_interval{1};

Result<RecoveryReport> recover(Config config, std::chrono::milliseconds patience,
                               Dependencies dependencies, const RecoveryOptions& options) {
  auto finalized = config::finalize(std::move(config), dependencies);
  if (!finalized) return finalized.error();
  const Config& values = finalized->values();
  time::SystemClock clock(detail::best_stamp_source());
  ship::Diagnostics diagnostics(values.on_diagnostic, clock);
  auto directory = journal::JournalDirectory::open(finalized->journal_dir);
  if (!directory) return directory.error();
  const Destination destination{
      options.from_transport.empty() ? values.transport : options.from_transport,
      options.from_endpoint.empty() ? values.endpoint : options.from_endpoint};
  if (options.discard) return discard(**directory, destination);
  ship::DeadLetters dead_letters(*directory, values.journal_budget);
  ship::TakenEvents taken;
  // Secrets that only the dead session knew were removed when it recorded.
  std::string complaints;
  const auto secrets =
      secrets::known_secrets(finalized->credentials, values.redact_environment, complaints);
  if (!complaints.empty()) diagnostics.report("redaction", complaints);
  const secrets::RedactionRules redaction{secrets, values.redact_patterns};
  const ship::ShipperLimits limits{{values.batch_bytes, values.batch_events},
                                   std::chrono::milliseconds(0),
                                   values.request_timeout,
                                   std::random_device()()};
  // Each journal gets its turn within the patience.
  Adoptions adoptions(destination, "", patience / 2,
                      {*dependencies.transport, clock, dead_letters, diagnostics, taken, values,
                       dependencies.clean_up_orphans, redaction, *directory},
                      limits);
  std::string stopped;  // why not everything was delivered
  time::Steady::time_point give_up = clock.now() + patience;
  time::Steady::time_point refused_until = give_up;
  time::Steady::time_point next_report = clock.now() + progress_interval;
  for (std::uint64_t progress = 0;;) {
    const time::Steady::time_point now = clock.now();
    if (options.on_progress && now >= next_report) {
      const RecoveryReport so_far = adoptions.report();
      options.on_progress(
          {so_far.delivered, so_far.journals, adoptions.waiting(), adoptions.current()});
      next_report = now + progress_interval;
    }
    const bool was_reading = adoptions.reading();
    const time::Steady::time_point next = adoptions.step(now);
    const std::uint64_t now_taken = adoptions.progress();
    if (now_taken > progress || adoptions.is_cleaning_up()) {
      progress = now_taken;
      give_up = clock.now() + patience;
    } else if (was_reading) {
      give_up += clock.now() - now;  // this time is not spent waiting for the backend
    }
    if (adoptions.is_unreadable()) {
      stopped = fmt::format("{}: cannot be read: {}", finalized->journal_dir,
                            adoptions.unreadable_because());
      break;
    }
    if (adoptions.idle()) break;
    if (!adoptions.only_refused_is_left()) {
      refused_until = clock.now() + std::min<time::Steady::duration>(patience, refused_patience);
    } else if (clock.now() >= refused_until) {
      stopped = adoptions.current() + ": the backend refuses the rest of it";
      break;
    }
    if (clock.now() >= give_up) {
      stopped = adoptions.current() + ": the backend is not accepting events";
      break;
    }
    const auto report_at = options.on_progress ? next_report : give_up;
    std::this_thread::sleep_until(std::min({next, give_up, refused_until, report_at}));
  }
  RecoveryReport report = adoptions.report();
  report.dead_letters_dropped = dead_letters.dropped();
  if (!stopped.empty()) report.left.insert(report.left.begin(), std::move(stopped));
  return report;
}

Result<JournalReport> inspect_journal(const std::string& path) {
  // Without waiting for the writer of a FIFO.
  journal::FileDescriptor file(
      journal::open_above_standard(AT_FDCWD, path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY));
  if (!file) return Error(path, std::strerror(errno));
  auto reader = journal::JournalReader::read(std::move(file), path);
  if (!reader) return reader.error();
  const journal::FileHeader& header = reader->header();
  JournalReport report;
  report.session = header.session;
  report.transport = header.transport;
  report.endpoint = header.endpoint;
  report.closed_cleanly = header.closed_cleanly.load() != 0;
  report.in_use = journal::is_locked(reader->fd());
  report.slabs = reader->slabs().size();
  report.damaged_slabs = reader->damaged().size();
  for (std::size_t i = 0; i < static_cast<std::size_t>(DropReason::count_); ++i) {
    if (const std::uint64_t count = header.dropped[i].load(); count > 0) {
      report.dropped.push_back({std::string(name(static_cast<DropReason>(i))), count});
    }
  }

  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> through;
  for (const journal::FoundWatermark& mark : reader->watermarks()) {
    through[{mark.run, mark.lane}] = mark.through;
  }
  const journal::FoundDefinitions definitions(*reader);
  journal::SiteViews sites(definitions);
  std::map<std::uint32_t, JournalReport::RunLine> by_run;
  // A parked event may also be where it was recorded: count it once.
  std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint64_t>> moved;
  for (const journal::SlabPlace& place : reader->slabs()) {
    std::vector<std::byte> bytes(place.used());
    if (!reader->load(place, bytes.data())) continue;
    journal::SlabReader events(definitions, sites);
    events.start(bytes.data() + sizeof(journal::SlabHeader));
    journal::EventView event;
    journal::SlabReader::Next next{};
    while ((next = events.next(place.committed, event)) == journal::SlabReader::Next::event) {
      const bool aside = !event.encoded.empty();
      const std::uint32_t lane = aside ? event.lane : place.lane;
      const auto id = std::make_tuple(event.node->run, lane, event.sequence);
      if (aside) {
        moved.insert(id);
      } else if (moved.contains(id)) {
        continue;
      }
      const bool unsent = event.sequence > through[{event.node->run, lane}];
      JournalReport::RunLine& run = by_run[event.node->run];
      ++run.events;
      run.unsent += unsent ? 1 : 0;
      ++report.events;
      report.unsent += unsent ? 1 : 0;
    }
    if (next == journal::SlabReader::Next::damaged) ++report.damaged_slabs;
  }
  for (const journal::FoundRun& run : reader->runs()) {
    JournalReport::RunLine& line = by_run[run.number];
    line.id = run.id;
    line.finished = run.finish_stamp != 0;
    line.finish_unsent = run.has_unsent_finish();
    report.unsent_finishes += line.finish_unsent ? 1 : 0;
    report.runs.push_back(line);
  }
  for (const journal::FoundNode& node : reader->nodes()) {
    if (node.start_sequence > 0) {
      report.nodes.push_back({by_run[node.run].id, node.id, node.end_sequence > 0});
    }
  }
  return report;
}

}  // namespace trace
