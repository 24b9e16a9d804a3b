// SPDX-License-Identifier: Apache-2.0
// Config: the settings of a session, with their defaults.
//
// Fill in the struct, or start from the environment with Config::from_env(). Session::start()
// checks it once and reports every wrong field together; afterwards it never changes.
// docs/configuration.md lists the environment names. Plain data.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <trace/event.hpp>
#include <trace/export.hpp>

namespace trace {

// What record() does when the journal's budget is spent.
enum class WhenFull : std::uint8_t {
  drop,   // refuse the event, count it, return at once (the default)
  block,  // wait in record() until delivery has freed space
};

// A message for operators. `reason` is a stable word ("backend", "journal", "rejected" …), `text`
// says what happened and what to do.
struct Diagnostic {
  std::string_view reason;
  std::string_view text;
};

class TransportRegistry;

struct SHIPTRACE_API Config {
  // Where events go: "http" (docs/ingestion-api.md), "file" (NDJSON envelopes), or the name of a
  // transport of your own (transport_type.hpp).
  std::string transport = "http";
  // http: base URL, /trace/events is appended. file: the path, created or appended to.
  std::string endpoint = "http://127.0.0.1:8400";
  // The transport's own settings by name, written as in the environment, such as
  // {"token_file", "/run/secrets/token"} or {"connect_timeout", "2s"}. docs/configuration.md lists
  // them. Those of transports that are not selected are ignored.
  std::map<std::string, std::string, std::less<>> transport_settings = {};

  // Directory of the journal, created with mode 0700. Empty: $XDG_STATE_HOME/shiptrace, else
  // ~/.local/state/shiptrace.
  std::string journal_dir = {};
  // Limit on the size of the journal directory, in bytes: journals and tails of all sessions, dead
  // letters (an eighth of it, 64 MiB at most) and quarantine. The files of running containers are
  // not counted. At least 4 MiB.
  std::uint64_t journal_budget = std::uint64_t{2} << 30;
  WhenFull when_full = WhenFull::drop;

  // The docker clients that may be called to remove containers of dead sessions, separated by
  // commas; names are looked up in PATH. A journal can only choose among them.
  std::string docker_clients = "docker,podman";

  // Survive truncation of the mapped journal by another process: a SIGBUS handler handles faults
  // in the journal's addresses and passes all others to the previous handler. What was cut off is
  // lost and counted.
  bool guard_sigbus = true;

  // Redact the values of environment variables such as *_TOKEN, *_PASSWORD, *_SECRET and *_KEY,
  // read when the session starts (is_secret_name() in redaction.hpp decides which). The tokens that
  // are configured, and what the transport reports as its credentials at the start, are always
  // redacted.
  bool redact_environment = true;
  // Redact what has the form of a token when it is sent: JWT, ghp_…, AKIA…, Authorization headers,
  // passwords and signatures in URLs, private keys. docs/redaction.md lists them.
  bool redact_patterns = true;

  // record() returns Outcome::filtered for events below this level.
  Level level = Level::debug;

  // A batch is sent when one of these is reached.
  std::size_t batch_bytes = std::size_t{1} << 20;
  std::size_t batch_events = 2000;
  std::chrono::milliseconds batch_delay{50};

  std::chrono::milliseconds request_timeout{30000};
  // How long ~Session waits for the last events to be delivered.
  std::chrono::milliseconds close_timeout{5000};

  // Receives diagnostics on the SDK's threads; must not call back into the session. Empty: one
  // line on stderr per reason and minute.
  std::function<void(const Diagnostic&)> on_diagnostic = {};

  // Variables whose values could not be read; Session::start() reports them.
  std::vector<FieldError> unreadable = {};

  // The defaults, overridden by SHIPTRACE_* variables. Never fails: Session::start() reports what
  // cannot be read. Reads the environment of the process: call it before other threads change that.
  // The first form knows the built-in transports (and is in shiptrace::shiptrace, as they are).
  static Config from_env();
  static Config from_env(const TransportRegistry& transports);
};

}  // namespace trace
