// SPDX-License-Identifier: Apache-2.0
// Transport: delivers batches of events to a backend. Implement it to ship somewhere new, and
// register it with a TransportType (transport_type.hpp) to select it by Config::transport.
//
// Threading: one shipper thread calls send(), one call at a time. A transport keeps no history of
// runs: order, retries, backoff and acknowledgements are the shipper's (docs/architecture.md).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <trace/export.hpp>
#include <trace/status.hpp>

namespace trace {

// One encoded event of a batch. Views live until send() returns.
struct OutgoingEvent {
  std::string_view json;   // contract JSON, no newline
  std::uint32_t lane;      // the emitter is "<session>-<lane>"
  std::uint64_t sequence;  // of that emitter in this run: 1, 2, 3 …
};

// The events of one run, in order. `line` is their whole TraceStreamEnvelope, newline included.
//
// With `finished_at` the list of events is empty, and the run is acknowledged when that is stored.
// Otherwise an empty list asks the backend for the status of the run and says that the session is
// alive (its lease); a destination that has no status may acknowledge it without storing anything.
struct OutgoingRun {
  std::string_view run_id;
  std::string_view workflow_id;      // empty: unknown
  std::string_view organization_id;  // empty: unknown
  std::uint32_t total_actions = 0;   // 0: unknown
  std::string_view line;
  std::span<const OutgoingEvent> events;
  std::string_view finished_at = {};  // time stamp of Run::finish(); empty: not said here
};

// The content of one send(): the concatenated lines of the runs are the body.
struct Batch {
  std::string_view session;  // the session's ULID, 26 characters
  std::span<const OutgoingRun> runs;
  std::size_t events = 0;
  std::size_t bytes = 0;  // of all lines
};

// What the backend reports about one run of a batch (docs/ingestion-api.md).
struct RunAcknowledgement {
  struct Through {
    std::string emitter;
    std::uint64_t sequence;  // highest that is stored, duplicate or rejected
  };
  struct RejectedEvent {
    std::string id;
    std::string reason;
  };
  std::string run_id;
  std::vector<Through> through;
  std::vector<RejectedEvent> rejected;
  std::optional<RunStatus> status;
};

// The outcome of one send().
struct SendResult {
  enum class Kind : std::uint8_t {
    acknowledged,  // `runs` says what is stored; a run that is absent is not acknowledged
    retry_later,   // outage of the backend or the network: keep all, back off
    refused,       // wrong credentials, address or proxy: keep all, retry slowly
    rejected,      // the backend understood the batch and refuses its content
    too_large,     // a smaller batch may pass
    interrupted,   // by interrupt(): nothing is known, keep all
  };
  Kind kind = Kind::retry_later;
  std::vector<RunAcknowledgement> runs;
  // retry_later only: the pause that the backend asked for.
  std::optional<std::chrono::milliseconds> retry_after;
  std::string detail;  // one line for people: what happened, and where
};

// A secret that a transport uses, such as its token; `name` is that of the setting.
struct Credential {
  std::string name;
  std::string value;
};

class Transport {
 public:
  virtual ~Transport() = default;

  // Delivers the batch or reports why not. Blocks until `deadline` at the latest. Never throws:
  // failures are results.
  virtual SendResult send(const Batch& batch,
                          std::chrono::steady_clock::time_point deadline) noexcept = 0;

  // Makes a send() that blocks on another thread return soon as interrupted. Any thread.
  virtual void interrupt() noexcept {}

  // Secrets that must not appear in what is recorded, beside the settings that are credentials
  // (TransportSetting::is_credential). Called once, before the first send().
  virtual std::vector<Credential> credentials() { return {}; }

  // A transport to the same destination that shares nothing with this one, not even a connection:
  // for a child after fork(), or a session that needs a second journal. Reads only what never
  // changes, because the thread that used this one may have vanished in the middle of send(). Null:
  // there is none, and the child's records are dropped as forked.
  virtual std::unique_ptr<Transport> another() const { return nullptr; }
};

}  // namespace trace
