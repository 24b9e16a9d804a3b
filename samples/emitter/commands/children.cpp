// SPDX-License-Identifier: Apache-2.0
// shiptrace run and shiptrace docker: a process or a container as a node of a run. Its output also
// goes to our own terminal, and its end is our own exit status.
//
// Ctrl-C ends the child as CANCELLED, SIGTERM and SIGHUP as WORKER_STOPPED; Ctrl-C after any of
// them kills it.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <trace/redaction.hpp>
#include <trace/trace.hpp>

#include <cassert>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "emitter/commands/child_environment.hpp"
#include "emitter/commands/commands.hpp"
#include "emitter/input/input_file.hpp"
#include "emitter/output/exit.hpp"
#include "emitter/output/text.hpp"
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
  if (!stop.requested()) return timed_out;
  return stop.exit_status();
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

// The parts of NAME=VALUE; an empty name for any other line.
std::pair<std::string_view, std::string_view> variable_of(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos || line[begin] == '#') return {};
  line.remove_prefix(begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return {};
  return {line.substr(0, equals), line.substr(equals + 1)};
}

bool is_path(std::string_view value) {
  std::error_code error;
  return value.starts_with('/') && std::filesystem::exists(value, error);
}

// Redacts the values in a file for --env-file whose names are those of secrets, as in our own
// environment. The file is parsed as the docker client does: NAME=VALUE lines, the value verbatim;
// # begins a comment; a line without = names a variable of our own environment. Paths of existing
// files are not secret. A value that cannot be redacted is only reported.
bool redact_secrets_of_file(Session& session, const std::string& path) {
  if (path.empty()) return true;
  const auto content = input::read_file(path);
  if (!content) {
    output::fail(content.error().text());
    return false;
  }
  std::string_view rest = *content;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const auto [name, value] = variable_of(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (value.empty() || !is_secret_name(name) || is_path(value)) continue;
    const AddSecretResult answer = session.add_secret(value);
    if (!is_safe(answer)) output::fail(fmt::format("--env-file: {}: {}", name, text(answer)));
  }
  return true;
}

// Traces the child that `run_child` runs with the spec that it gets. Returns the exit status for
// this process: the child's own, or 1 when the child succeeded and events were lost.
template <class Spec>
int trace_child(const ChildOptions& options, const std::string& env_file, Spec spec,
                Ended (*run_child)(Node, Spec)) {
  const Config config = config_of(options.shared);
  set_child_environment(options, config);
  auto session = Session::start(config);
  if (!session) return output::fail(session.error().text(), exit_code::not_started);
  if (!redact_secrets(*session, options.secret_env) ||
      !redact_secrets_of_file(*session, env_file)) {
    return exit_code::not_started;
  }
  StopSignals stop;
  spec.timeout = options.timeout;
  spec.traceparent = traceparent();
  spec.stop = stop.token();
  spec.shutdown = stop.shutdown();
  spec.kill = stop.at_once();
  spec.pass_on = {.out = STDOUT_FILENO, .err = STDERR_FILENO};
  if (options.with_stdin) spec.input = Input{.descriptor = STDIN_FILENO};
  if (options.pty) spec.terminal = terminal_size();
  auto run = session->run(options.node.run, options.node.spec);
  const Ended ended = run_child(run.node(options.node.node), std::move(spec));
  report_end(ended);
  const int status = exit_status(ended, stop);
  const bool nothing_lost = close(*session, config);
  return status == exit_code::ok && !nothing_lost ? exit_code::failed : status;
}

}  // namespace

int run(const ChildOptions& options, const std::vector<std::string>& arguments) {
  assert(!arguments.empty());
  return trace_child(options, {}, ProcessSpec{.argv = arguments}, &run_process);
}

int docker(DockerOptions options, const std::vector<std::string>& arguments) {
  assert(!arguments.empty());
  ContainerSpec& container = options.container;
  container.image = arguments.front();
  container.argv.assign(arguments.begin() + 1, arguments.end());
  if (!options.input.empty()) {
    auto input = input::read_file(options.input);
    if (!input) return output::fail(input.error().text(), exit_code::not_started);
    container.input_file = std::move(*input);
  }
  for (std::string& name : container_variables(container.env, config_of(options.child.shared))) {
    container.env.push_back(std::move(name));
  }
  const std::string env_file = container.env_file;
  return trace_child(options.child, env_file, std::move(container), &run_container);
}

}  // namespace trace::cli::commands
