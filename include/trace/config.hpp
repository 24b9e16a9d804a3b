// Config: everything that a session can be told, with its defaults in place.
//
// Fill in the struct, or start from the environment with Config::from_env(). Session::start()
// checks it once and reports every wrong field together; afterwards it never changes.
// docs/configuration.md lists the environment names.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <trace/event.hpp>
#include <trace/export.hpp>

namespace trace {

// What record() does when the journal's budget is spent.
enum class WhenFull : std::uint8_t {
  drop,   // refuse the event, count it, return at once (the default)
  block,  // wait in record() until the backend has taken something
};

// Something that an operator should know. `reason` is a stable word ("backend", "journal",
// "rejected" …), `text` says what happened and what to do.
struct Diagnostic {
  std::string_view reason;
  std::string_view text;
};

struct SHIPTRACE_API Config {
  // Where events go: "http" (docs/ingestion-api.md) or "file" (NDJSON envelopes).
  std::string transport = "http";
  // http: base URL, /trace/events is appended. file: the path, created or appended to.
  std::string endpoint = "http://127.0.0.1:8400";

  // Bearer token, or a file that holds it (read again after a 401 or 403). At most one of them.
  std::string token = {};
  std::string token_file = {};

  // TLS and the way to the server. Empty: the system's own. A unix socket replaces TCP.
  std::string ca_file = {};
  std::string client_certificate_file = {};
  std::string client_key_file = {};
  std::string proxy = {};
  std::string unix_socket = {};

  // Directory of the journal; created with mode 0700. Empty: $XDG_STATE_HOME/shiptrace, else
  // ~/.local/state/shiptrace.
  std::string journal_dir = {};
  // Bytes that these may take together in the journal directory: this session's journal and tails,
  // those of others, dead letters (an eighth of it, 64 MiB at most), quarantine. The files of
  // running containers are not counted. At least 4 MiB.
  std::uint64_t journal_budget = std::uint64_t{2} << 30;
  WhenFull when_full = WhenFull::drop;

  // The docker clients that may be called to remove containers of dead sessions, separated by
  // commas; names are looked up in PATH. A journal can only choose among them.
  std::string docker_clients = "docker,podman";

  // Survive that somebody cuts the mapped journal short: a SIGBUS handler takes the journal's own
  // addresses and leaves all others to the handler before it. What was cut off is lost and counted.
  bool guard_sigbus = true;

  // Take the values of variables such as *_TOKEN, *_PASSWORD, *_SECRET and *_KEY for secrets when
  // the session starts (is_secret_name() in redaction.hpp tells which). The token is one in any
  // case.
  bool redact_environment = true;
  // Take what has the shape of a token for one when it is sent: JWT, ghp_…, AKIA…, Authorization
  // headers, passwords and signatures in URLs, private keys. docs/redaction.md tells all.
  bool redact_patterns = true;

  // Events below this level are answered with Outcome::filtered.
  Level level = Level::debug;

  // A batch is sent when one of these is reached.
  std::size_t batch_bytes = std::size_t{1} << 20;
  std::size_t batch_events = 2000;
  std::chrono::milliseconds batch_delay{50};

  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds request_timeout{30000};
  // The time that ~Session gives the last events.
  std::chrono::milliseconds close_timeout{5000};

  // Receives diagnostics on the SDK's threads; must not call back into the session. Empty: one
  // line on stderr per reason and minute.
  std::function<void(const Diagnostic&)> on_diagnostic = {};

  // Values of the environment that could not be read; Session::start() reports them.
  std::vector<FieldError> unreadable = {};

  // The defaults, overridden by SHIPTRACE_* variables. Never fails: what cannot be read is
  // reported by Session::start(). Reads the environment of the process; call it before other
  // threads change that.
  static Config from_env();
};

}  // namespace trace
