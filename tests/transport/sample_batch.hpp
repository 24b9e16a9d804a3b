// SPDX-License-Identifier: Apache-2.0
// Batches for the transport tests: runs with events in contract JSON, and the response of a backend
// that has stored them.
#pragma once

#include <fmt/core.h>
#include <trace/transport.hpp>

#include <deque>
#include <string>
#include <vector>

namespace trace::testing {

inline constexpr std::string_view sample_session = "01JTESTSEQ0000000000000000";

class SampleBatch {
 public:
  // One run with one event.
  SampleBatch() { add("run-1", 1); }
  SampleBatch(const SampleBatch&) = delete;
  SampleBatch& operator=(const SampleBatch&) = delete;

  // `filler`: additional bytes of each event.
  SampleBatch& add(const std::string& run_id, unsigned events, std::size_t filler = 0) {
    Stored& run = runs_.emplace_back();
    run.id = run_id;
    run.line = fmt::format(R"({{"runId":"{}","events":[)", run_id);
    for (unsigned i = 1; i <= events; ++i) {
      run.json.push_back(fmt::format(
          R"({{"id":"{}-1-{:012}","runId":"{}","nodeId":"node","type":"PROGRESS","level":"info",)"
          R"("timestamp":"2025-10-13T10:00:00.000000Z","message":"line {} {}"}})",
          sample_session, i, run_id, i, std::string(filler, 'x')));
      run.line += (i == 1 ? "" : ",") + run.json.back();
    }
    run.line += "]}\n";
    for (unsigned i = 0; i < events; ++i) run.events.push_back({run.json[i], 1, i + 1});
    OutgoingRun& outgoing = outgoing_.emplace_back();
    outgoing.run_id = run.id;
    outgoing.line = run.line;
    outgoing.events = run.events;
    batch_.events += events;
    batch_.bytes += run.line.size();
    batch_.session = sample_session;
    batch_.runs = outgoing_;
    return *this;
  }

  const Batch& batch() const { return batch_; }

  std::string body() const {
    std::string all;
    for (const Stored& run : runs_) all += run.line;
    return all;
  }

 private:
  struct Stored {
    std::string id;
    std::string line;
    std::deque<std::string> json;
    std::vector<OutgoingEvent> events;
  };
  std::deque<Stored> runs_;
  std::vector<OutgoingRun> outgoing_;
  Batch batch_;
};

inline std::string acknowledgement(std::string_view run_id = "run-1", unsigned through = 1) {
  return fmt::format(R"({{"runs":[{{"runId":"{}","accepted":{},"duplicates":0,"rejected":[],)"
                     R"("through":{{"{}-1":{}}},"cursor":"MQ==","status":"RUNNING"}}]}})",
                     run_id, through, sample_session, through);
}

}  // namespace trace::testing
