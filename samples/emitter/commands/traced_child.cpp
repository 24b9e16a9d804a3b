// SPDX-License-Identifier: Apache-2.0
#include "emitter/commands/traced_child.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <trace/trace.hpp>

#include <cstdlib>
#include <system_error>

#include "emitter/commands/delivery.hpp"
#include "emitter/input/env_file.hpp"
#include "emitter/output/failure.hpp"
#include "emitter/output/thousands.hpp"
#include "emitter/stop_signals.hpp"

namespace trace::cli::commands {

namespace {

constexpr int timed_out = 124;

// One line on stderr, unless the child ended by itself and its own output explains why.
void report_end(const Ended& ended) {
  const std::string_view code = ended.code();
  if (ended.facts().refused) {
    output::fail(fmt::format("docker refused the container: {}", ended.text()));
  } else if (!ended.ok() && code != "PROCESS_EXIT" && code != "PROCESS_SIGNAL") {
    output::fail(fmt::format("{}: {}", code, ended.text()));
  }
}

// Reports output that was not passed on. Returns the exit status: missing output is a failure, even
// when the child has succeeded.
int exit_status(const Ended& ended, const StopSignals& stop) {
  const auto& missed = ended.facts().not_passed_on;
  if (!missed) return ended.exit_status();
  const bool write_failed = missed->error != 0;
  output::fail(fmt::format("{} bytes of the output were recorded and not passed on: {}",
                           output::thousands(missed->bytes),
                           write_failed ? std::generic_category().message(missed->error)
                                        : "the reader of our output did not read them in time"));
  if (!ended.ok()) return ended.exit_status();
  if (write_failed) return exit_code::failed;
  return stop.requested() ? exit_code::interrupted : timed_out;
}

// The size of our own terminal, so that full-screen output fits.
TerminalSize terminal_size() {
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_row == 0) return {};
  return {.rows = window.ws_row, .columns = window.ws_col};
}

// True when the value cannot be recorded, or is blank.
bool is_safe(AddSecretResult result) {
  return is_redacted(result) || result == AddSecretResult::none;
}

// Returns false, with the reason on stderr, when a secret cannot be redacted.
bool redact_secrets(Session& session, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) {
      output::fail(
          fmt::format("--secret-env: {} is not set; export it or leave the option out", name));
      return false;
    }
    const AddSecretResult result = session.add_secret(value);
    if (is_safe(result)) continue;
    output::fail(fmt::format("--secret-env: {}: {}", name, text(result)));
    return false;
  }
  return true;
}

// The same for the values in a file, where one that cannot be redacted is only reported.
bool redact_secrets_of_file(Session& session, const std::string& path) {
  if (path.empty()) return true;
  const auto secrets = input::secrets_of_env_file(path);
  if (!secrets) {
    output::fail(secrets.error().text());
    return false;
  }
  for (const auto& [name, value] : *secrets) {
    const AddSecretResult result = session.add_secret(value);
    if (!is_safe(result)) output::fail(fmt::format("--env-file: {}: {}", name, text(result)));
  }
  return true;
}

}  // namespace

int trace_child(const ChildOptions& options, const RunChild& run_child) {
  const Config config = config_of(options.shared);
  auto session = Session::start(config);
  if (!session) return output::fail(session.error().text(), exit_code::not_started);

  if (!redact_secrets(*session, options.secret_env) ||
      !redact_secrets_of_file(*session, options.secret_file)) {
    return exit_code::not_started;
  }
  StopSignals stop;
  auto run = session->run(
      options.node.run, {.workflow_id = options.workflow, .organization_id = options.organization});
  const Ended ended =
      run_child(run.node(options.node.node),
                {.timeout = options.timeout,
                 .stop = stop.token(),
                 .kill = stop.at_once(),
                 .pass_on = {.out = STDOUT_FILENO, .err = STDERR_FILENO},
                 .input = options.with_stdin ? std::optional(Input{.descriptor = STDIN_FILENO})
                                             : std::nullopt,
                 .terminal = options.pty ? std::optional(terminal_size()) : std::nullopt});
  report_end(ended);
  const int status = exit_status(ended, stop);
  const bool nothing_lost = close(*session, config);
  return status == exit_code::ok && !nothing_lost ? exit_code::failed : status;
}

}  // namespace trace::cli::commands
