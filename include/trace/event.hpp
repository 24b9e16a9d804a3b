// SPDX-License-Identifier: Apache-2.0
// The event and its envelope, as the execution trace contract defines them ("Trace Event
// Payload" and "Envelope Fields" of docs/contract.md).
//
// Component authors use Type, Level and ErrorInfo when they record; backends and tools parse and
// write whole payloads. No shared state: every function may be called from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <trace/export.hpp>
#include <trace/result.hpp>

namespace trace {

// Coarse event type (contract: Event Fields, `type`).
enum class Type : std::uint8_t { started, progress, completed, failed };

// Severity (contract: Event Fields, `level`), ordered: debug < info < warn < error.
enum class Level : std::uint8_t { debug, info, warn, error };

// The channel that a captured line came from (contract: Worker Responsibilities, `data.stream`).
// A program on a terminal has one channel for everything: pty.
enum class Stream : std::uint8_t { out, err, pty };

// The names on the wire: "STARTED", "info", "stdout", "pty". The views refer to static storage.
SHIPTRACE_API std::string_view name(Type type) noexcept;
SHIPTRACE_API std::string_view name(Level level) noexcept;
SHIPTRACE_API std::string_view name(Stream stream) noexcept;

// The reverse: nullopt unless it is a name of the contract, in its spelling and case.
SHIPTRACE_API std::optional<Type> type_from_name(std::string_view name) noexcept;
SHIPTRACE_API std::optional<Level> level_from_name(std::string_view name) noexcept;

// The level of an event that sets none: error for failed, info for the rest.
constexpr Level default_level(Type type) noexcept {
  return type == Type::failed ? Level::error : Level::info;
}

// Error metadata of a FAILED event (contract: Event Fields, `error`).
struct ErrorInfo {
  std::string message;
  std::optional<std::string> stack;
  std::optional<std::string> code;
  std::optional<std::string> type = {};  // as the SDK writes it: the code, which some readers drop
};

// TraceEventPayload. `output_summary` and `data` hold the text of a JSON object; the writer
// copies them as they are. Absent fields are absent on the wire, never null.
struct EventPayload {
  std::string id;
  std::string run_id;
  std::string node_id;
  Type type = Type::progress;
  Level level = Level::info;
  std::string timestamp;  // YYYY-MM-DDTHH:MM[:SS[.fraction]]Z
  std::optional<std::string> message;
  std::optional<ErrorInfo> error;
  std::optional<std::string> output_summary;
  std::optional<std::string> data;
};

// TraceStreamEnvelope, with the three fields that an emitter adds when it knows them
// (docs/ingestion-api.md).
struct StreamEnvelope {
  std::string run_id;
  std::vector<EventPayload> events;
  std::optional<std::string> cursor;
  std::optional<std::string> workflow_id;
  std::optional<std::string> organization_id;
  std::optional<std::uint32_t> total_actions;
  std::optional<std::string> finished_at;  // no node of the run starts after this time stamp
  std::optional<std::string> session;      // the worker that sends the envelope lives
};

// Contract JSON on one line, without a newline at the end. Text is repaired: each
// invalid UTF-8 sequence and lone surrogate becomes U+FFFD, NUL becomes U+2400.
SHIPTRACE_API std::string to_json(const EventPayload& event);
SHIPTRACE_API std::string to_json(const StreamEnvelope& envelope);

// Parses and validates untrusted JSON. The error names every field that violates a rule of the
// contract. Unknown keys are dropped. `json` need not outlive the call.
SHIPTRACE_API Result<EventPayload> parse_event(std::string_view json);
SHIPTRACE_API Result<StreamEnvelope> parse_envelope(std::string_view json);

// Validates untrusted JSON for EventBody::data: returns the object with its text repaired. Numbers
// keep their digits. The error says why it is not a JSON object.
SHIPTRACE_API Result<std::string> parse_data(std::string_view json);

// An envelope whose events are validated one by one, for an ingesting backend: invalid events go to
// `invalid`, the others are kept. Fails only if the envelope itself (JSON, runId, events,
// workflowId …) violates a rule.
struct JudgedEnvelope {
  struct Invalid {
    std::size_t index;  // in `events` of the input, from 0
    std::string id;     // empty if it is missing or not a string
    Error error;
  };
  StreamEnvelope envelope;
  std::vector<Invalid> invalid;
};
SHIPTRACE_API Result<JudgedEnvelope> judge_envelope(std::string_view json);

}  // namespace trace
