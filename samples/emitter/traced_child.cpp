#include "traced_child.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <trace/trace.hpp>

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <system_error>

#include "delivery.hpp"
#include "env_file.hpp"
#include "quantity.hpp"
#include "stop_signals.hpp"

namespace trace::cli {

const char* const child_exit_codes =
    "Exit codes: the child's own; 128 + the signal that killed it, 141 when nobody reads our "
    "output\n"
    "any more; 124 when --timeout ended it;\n"
    "125 when it could not be started (wrong options or configuration, no Docker daemon, no such\n"
    "image); 126 and 127 when the command cannot be executed or found; 130 after Ctrl-C (once "
    "more\n"
    "kills); 1 when the child succeeded but events of it were lost, or a container's result is "
    "not\n"
    "JSON. A child that failed keeps its own code; lost events are then reported on stderr only.";

void add_child(CLI::App& command, ChildOptions& options) {
  add_node(command, options.node);
  command.add_option("--workflow", options.workflow, "the workflow that the run belongs to")
      ->type_name("W");
  command.add_option("--org", options.organization, "the organization that the run belongs to")
      ->type_name("O");
  command
      .add_option("--timeout", options.timeout, "ends the child after this time, such as 30s or 5m")
      ->type_name("DURATION")
      ->check([](const std::string& text) {
        return duration_from_text(text) ? std::string()
                                        : text + " is no duration such as 30s or 5m";
      });
  command
      .add_option("--secret-env", options.secret_env,
                  "name of a variable whose value is a secret, and taken out of everything that is "
                  "recorded; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->check([](const std::string& name) {
        return name.find('=') == std::string::npos
                   ? std::string()
                   : std::string("takes the name of a variable of this shell, not its value");
      });
  command.add_flag("--pty", options.pty,
                   "gives the child a terminal; what it writes is one stream then");
  command.add_flag("--stdin", options.with_stdin, "lets the child read our stdin");
  add_shared(command, options.shared);
  command.footer(child_exit_codes);
  command.prefix_command();
}

std::vector<std::string> child_arguments(const CLI::App& command, const BehindDashes& behind,
                                         const char* what) {
  std::vector<std::string> arguments = command.remaining();
  if (!arguments.empty() && arguments.front().starts_with('-')) {
    throw CLI::ExtrasError({arguments.front()});
  }
  if (behind) {
    if (!arguments.empty()) arguments.emplace_back("--");  // it belongs to the child
    arguments.insert(arguments.end(), behind->begin(), behind->end());
  }
  if (arguments.empty()) throw CLI::RequiredError(what);
  return arguments;
}

namespace {

constexpr int timed_out = 124;

// One line on stderr, unless the child ran to an end of its own and spoke for itself.
void say_how_it_ended(const Ended& ended) {
  const std::string_view code = ended.code();
  if (ended.facts().refused) {
    fail(fmt::format("docker refused the container: {}", ended.text()));
  } else if (!ended.ok() && code != "PROCESS_EXIT" && code != "PROCESS_SIGNAL") {
    fail(fmt::format("{}: {}", code, ended.text()));
  }
}

// Says what of the output was not passed on. Answers the exit status: output that is missing is a
// failure, also when the child has succeeded.
int exit_status(const Ended& ended, const StopSignals& stop) {
  const auto& missed = ended.facts().not_passed_on;
  if (!missed) return ended.exit_status();
  const bool write_failed = missed->error != 0;
  fail(fmt::format("{} bytes of the output were recorded and not passed on: {}",
                   thousands(missed->bytes),
                   write_failed ? std::generic_category().message(missed->error)
                                : "the reader of our output did not read them in time"));
  if (!ended.ok()) return ended.exit_status();
  if (write_failed) return exit_code::failed;
  return stop.requested() ? exit_code::interrupted : timed_out;
}

// As large as ours, so that what is drawn fits where it is shown.
TerminalSize terminal_size() {
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_row == 0) return {};
  return {.rows = window.ws_row, .columns = window.ws_col};
}

// Whether the value is in nothing that is recorded: a blank one gives nothing away.
bool is_kept(SecretAnswer answer) { return is_redacted(answer) || answer == SecretAnswer::none; }

// Answers false, with the reason on stderr, when a secret could not be kept.
bool keep_secrets(Session& session, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) {
      fail(fmt::format("--secret-env: {} is not set; export it or leave the option out", name));
      return false;
    }
    const SecretAnswer answer = session.add_secret(value);
    if (is_kept(answer)) continue;
    fail(fmt::format("--secret-env: {}: {}", name, text(answer)));
    return false;
  }
  return true;
}

// The same for what a file holds; a value that cannot be kept is the file's fault, not ours.
bool keep_secrets_of_file(Session& session, const std::string& path) {
  if (path.empty()) return true;
  const auto secrets = secrets_of_env_file(path);
  if (!secrets) {
    fail(secrets.error().text());
    return false;
  }
  for (const auto& [name, value] : *secrets) {
    const SecretAnswer answer = session.add_secret(value);
    if (!is_kept(answer)) fail(fmt::format("--env-file: {}: {}", name, text(answer)));
  }
  return true;
}

}  // namespace

int trace_child(const ChildOptions& options, const RunChild& run_child) {
  const Config config = config_of(options.shared);
  auto session = Session::start(config);
  if (!session) return fail(session.error().text(), exit_code::not_started);

  if (!keep_secrets(*session, options.secret_env) ||
      !keep_secrets_of_file(*session, options.secret_file)) {
    return exit_code::not_started;
  }
  StopSignals stop;
  auto run = session->run(
      options.node.run, {.workflow_id = options.workflow, .organization_id = options.organization});
  const Ended ended = run_child(
      run.node(options.node.node),
      {.timeout = duration_from_text(options.timeout).value_or(std::chrono::milliseconds(0)),
       .stop = stop.token(),
       .kill = stop.at_once(),
       .pass_on = {.out = STDOUT_FILENO, .err = STDERR_FILENO},
       .input =
           options.with_stdin ? std::optional(Input{.descriptor = STDIN_FILENO}) : std::nullopt,
       .terminal = options.pty ? std::optional(terminal_size()) : std::nullopt});
  say_how_it_ended(ended);
  const int status = exit_status(ended, stop);
  const bool nothing_lost = close(*session, config);
  return status == exit_code::ok && !nothing_lost ? exit_code::failed : status;
}

}  // namespace trace::cli
