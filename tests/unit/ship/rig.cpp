// SPDX-License-Identifier: Apache-2.0
#include "unit/ship/rig.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "support/journal_directory.hpp"

namespace trace::testing {

std::string event_id(const Batch& batch, const OutgoingEvent& event) {
  return fmt::format("{}-{}-{:012}", batch.session, event.lane, event.sequence);
}

SendResult acknowledge_all(const Batch& batch, std::size_t limit) {
  SendResult result;
  result.kind = SendResult::Kind::acknowledged;
  for (const OutgoingRun& run : batch.runs) {
    RunAcknowledgement answer;
    answer.run_id = run.run_id;
    std::map<std::uint32_t, std::uint64_t> through;
    for (const OutgoingEvent& event : run.events.first(std::min(limit, run.events.size()))) {
      through[event.lane] = event.sequence;
    }
    for (const auto& [lane, sequence] : through) {
      answer.through.push_back({fmt::format("{}-{}", batch.session, lane), sequence});
    }
    result.runs.push_back(std::move(answer));
  }
  return result;
}

void ScriptedTransport::then(SendResult::Kind kind, std::string detail) {
  then([kind, detail](const Batch&) {
    SendResult result;
    result.kind = kind;
    result.detail = detail;
    return result;
  });
}

SendResult ScriptedTransport::send(const Batch& batch,
                                   std::chrono::steady_clock::time_point deadline) noexcept {
  Sent& now = sent.emplace_back();
  now.deadline = deadline;
  for (const OutgoingRun& run : batch.runs) {
    now.lines.emplace_back(run.line);
    for (const OutgoingEvent& event : run.events) now.ids.push_back(event_id(batch, event));
  }
  SendResult result;
  if (!responses_.empty()) {
    result = responses_.front()(batch);
    responses_.pop_front();
  } else {
    result = always ? always(batch) : acknowledge_all(batch);
  }
  if (result.kind != SendResult::Kind::acknowledged) return result;
  for (const OutgoingRun& run : batch.runs) {
    const auto answer =
        std::find_if(result.runs.begin(), result.runs.end(),
                     [&](const RunAcknowledgement& each) { return each.run_id == run.run_id; });
    if (answer == result.runs.end()) continue;
    for (const OutgoingEvent& event : run.events) {
      const bool taken =
          std::any_of(answer->through.begin(), answer->through.end(), [&](const auto& through) {
            return through.emitter == fmt::format("{}-{}", batch.session, event.lane) &&
                   event.sequence <= through.sequence;
          });
      if (taken) stored[std::string(run.run_id)].push_back(event_id(batch, event));
    }
  }
  return result;
}

Rig::Rig(detail::ship::BatchLimits limits, std::unique_ptr<detail::journal::JournalFile> journal,
         SessionOfTest* session, std::chrono::milliseconds delay)
    : diagnostics(
          [this](const Diagnostic& each) {
            diagnostics_reported.push_back(fmt::format("{}: {}", each.reason, each.text));
          },
          clock),
      file(journal
               ? std::move(journal)
               : detail::journal::JournalFile::in_memory({std::string(rig_session), "test", ""})),
      pool(*file, 64 << 20),
      tables(pool),
      wall_time(file->header().calibrations, clock.stamp(), clock.wall_ns(), 1.0),
      dead_letters(journal_directory(directory.path()), std::uint64_t{2} << 30) {
  shipper = std::make_unique<detail::ship::Shipper>(
      detail::ship::ShipperParts{pool,
                                 nodes,
                                 tables.sites(),
                                 tables,
                                 runs,
                                 wall_time,
                                 transport,
                                 clock,
                                 dead_letters,
                                 diagnostics,
                                 taken,
                                 {},
                                 session},
      detail::ship::ShipperLimits{limits, delay, std::chrono::seconds(30), 1},
      std::string(rig_session));
  clock.advance(std::chrono::milliseconds(50));  // what is recorded now may be sent at once
}

detail::ship::RunInfo& Rig::run(std::string_view id, const RunSpec& spec) {
  bool created = false;
  return *runs.open(id, spec, created);
}

void Rig::finish(detail::ship::RunInfo& run) {
  const std::uint64_t stamp = detail::stamp_now_fenced(detail::StampSource::monotonic);
  shipper->add_finish(run, stamp, tables.finish_run(run.number, run.id, *run.spec, stamp));
}

detail::record::Lane& Rig::lane(std::size_t index) {
  auto& lane = lanes_[index];
  if (!lane) {
    lane = std::make_unique<detail::record::Lane>(pool, &tables, static_cast<std::uint32_t>(index),
                                                  detail::StampSource::monotonic,
                                                  detail::record::Lane::WhenEmpty::refuse);
  }
  return *lane;
}

std::uint64_t Rig::record(std::size_t index, detail::ship::RunInfo& run, std::string_view text) {
  static constexpr FieldName no_name("-");
  const detail::Signature& signature = detail::signature_of<0, std::string_view>;
  auto failure = detail::record::Lane::Failure::none;
  std::byte* at = lane(index).reserve({run.number, false, run.number, run.id, "node"},
                                      {"{}", &signature, &no_name}, Type::progress, Level::info, 0,
                                      4 + text.size(), failure);
  if (at == nullptr) throw std::runtime_error("the rig's journal is full");
  const std::uint64_t sequence = lane(index).reserved_sequence();
  detail::store_text(at, text);
  lane(index).publish();
  return sequence;
}

void Rig::run_steps(int times) {
  for (int i = 0; i < times; ++i) {
    step();
    if (next_ > clock.now()) {
      clock.advance(std::chrono::duration_cast<std::chrono::milliseconds>(
          next_ - clock.now() + std::chrono::microseconds(999)));
    }
  }
}

}  // namespace trace::testing
