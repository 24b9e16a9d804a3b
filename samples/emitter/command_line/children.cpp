// SPDX-License-Identifier: Apache-2.0
// The options of `run` and `docker`.
#include <trace/duration.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <utility>

#include "emitter/command_line/definitions.hpp"
#include "emitter/commands/commands.hpp"

namespace trace::cli::command_line {
namespace {

using commands::ChildOptions;
using commands::DockerOptions;

constexpr const char* exit_codes =
    R"(Exit codes: that of the child; 128 + the signal that killed it, 141 when nobody reads our
output any more; 124 when --timeout ended it; 125 when it could not be started (wrong options
or configuration, no Docker daemon, no such image); 126 and 127 when the command cannot be
executed or found; 130 after Ctrl-C (press it again to kill the child), 143 after SIGTERM or
SIGHUP, which do not cancel the run; 1 when the child succeeded but events of it were lost, or the result of a container is not JSON. A child that
failed keeps its own code; lost events are then reported on stderr only.)";

std::chrono::milliseconds timeout_of(const std::string& text) {
  const auto timeout = parse_duration(text);
  if (!timeout) throw CLI::ValidationError("--timeout", timeout.error().text());
  if (timeout->count() > 0) return *timeout;
  throw CLI::ValidationError("--timeout", '"' + text + "\" must be longer than 0ms");
}

// A check of the name of a variable: NAME=VALUE would show the value in process lists.
std::function<std::string(const std::string&)> variable_name(std::string fault) {
  return [fault = std::move(fault)](const std::string& name) {
    return name.find('=') == std::string::npos ? std::string() : fault;
  };
}

// --run, --node and what describes the run, --timeout, --secret-env, --pty, --stdin and the shared
// options.
void add_child(CLI::App& command, ChildOptions& options) {
  add_node(command, options.node);
  command
      .add_option_function<std::string>(
          "--timeout", [&options](const std::string& text) { options.timeout = timeout_of(text); },
          "time after which the child is ended, such as 30s or 5m")
      ->type_name("DURATION");
  add_option(command, "--secret-env", options.secret_env, "NAME",
             "name of a variable whose value is redacted from everything that is recorded; may "
             "be repeated")
      ->allow_extra_args(false)
      ->check(variable_name("takes the name of a variable of this shell, not its value"));
  command.add_flag("--pty", options.pty,
                   "give the child a terminal; its output is one stream then");
  command.add_flag("--stdin", options.with_stdin, "let the child read our stdin");
  add_shared(command, options.shared);
  command.footer(exit_codes);
  command.prefix_command();
}

// The child's program and arguments: the words that CLI11 left over, and those after --.
std::vector<std::string> child_arguments(const CLI::App& command, const AfterDashes& after,
                                         const char* what) {
  std::vector<std::string> arguments = command.remaining();
  if (!arguments.empty() && arguments.front().starts_with('-')) {
    throw CLI::ExtrasError({arguments.front()});  // an unknown option
  }
  if (after) {
    if (!arguments.empty()) arguments.emplace_back("--");  // it belongs to the child
    arguments.insert(arguments.end(), after->begin(), after->end());
  }
  if (arguments.empty()) throw CLI::RequiredError(what);
  return arguments;
}

void add_run(CLI::App& app, const AfterDashes& after, int& status) {
  const auto options = std::make_shared<ChildOptions>();
  CLI::App& command =
      *app.add_subcommand("run",
                          "Runs a command, records its output and passes it on.\n"
                          "  shiptrace run --run R --node N [OPTIONS] -- CMD ARGS…");
  add_child(command, *options);
  command.final_callback([&command, options, &after, &status] {
    status = commands::run(*options, child_arguments(command, after, "CMD"));
  });
}

// Options of `docker run` under their own names.
void add_container_options(CLI::App& command, ContainerSpec& container) {
  const auto add_list = [&command](const char* name, std::vector<std::string>& values,
                                   const char* value_name, const char* help) {
    add_option(command, name, values, value_name, help)->allow_extra_args(false);
  };
  add_list("-v,--volume", container.volumes, "SOURCE:TARGET[:ro]",
           "directory or volume of the host in the container; may be repeated");
  add_list("--mount", container.mounts, "MOUNT", "mount in docker's notation; may be repeated");
  add_list("--tmpfs", container.tmpfs, "PATH[:OPTIONS]", "directory in memory; may be repeated");
  add_list("--cap-add", container.cap_add, "CAPABILITY",
           "capability such as NET_RAW; may be repeated");
  add_option(command, "--entrypoint", container.entrypoint, "PROGRAM",
             "program instead of the image's entry point");
  add_option(command, "-w,--workdir", container.workdir, "DIRECTORY",
             "working directory in the container");
  add_option(command, "--gpus", container.gpus, "GPUS", "GPUs to add, such as all");
  add_option(command, "--platform", container.platform, "PLATFORM", "such as linux/arm64");
  add_option(command, "--pull", container.pull, "POLICY", "when to pull the image")
      ->check(CLI::IsMember({"always", "missing", "never"}));
  add_list("--raw", container.options, "OPTION",
           "another option of 'docker create', one word, such as --raw=--privileged; may be "
           "repeated");
}

void add_docker(CLI::App& app, const AfterDashes& after, int& status) {
  const auto options = std::make_shared<DockerOptions>();
  CLI::App& command =
      *app.add_subcommand("docker",
                          "Runs a container, records its output and passes it on.\n"
                          "  shiptrace docker --run R --node N [OPTIONS] IMAGE [CMD…]");
  add_child(command, options->child);
  add_option(command, "--env", options->container.env, "NAME",
             "name of a variable to pass on; may be repeated. Its value is in no\n"
             "process list, but the daemon keeps it: 'docker inspect' shows it to\n"
             "everybody who may talk to the daemon. Pass a secret with --input or\n"
             "--stdin instead")
      ->allow_extra_args(false)
      ->check(
          variable_name("takes the name of a variable of this shell, so that its value is in no "
                        "process list: export it and pass the name"));
  add_option(command, "--env-file", options->container.env_file, "FILE",
             "file of NAME=VALUE lines; the daemon keeps them like those of --env.\n"
             "Values of variables with the names of secrets are redacted")
      ->check(CLI::ExistingFile);
  command.add_option("--network", options->container.network, "network of the container")
      ->capture_default_str();
  command.add_option("--memory", options->container.memory, "memory limit, such as 256m");
  command.add_option("--cpus", options->container.cpus, "CPU limit, such as 1.5");
  add_option(command, "--pids-limit", options->container.pids, "N",
             "limit on the number of processes and threads")
      ->check(CLI::Range(std::uint32_t{1}, std::numeric_limits<std::uint32_t>::max()));
  command.add_flag("--read-only", options->container.read_only,
                   "make the image's files read-only; /tmp is in memory");
  add_option(command, "--user", options->container.user, "USER[:GROUP]",
             "user (and group) in the container");
  add_container_options(command, options->container);
  add_option(command, "--input", options->input, "FILE",
             "JSON file (- is stdin) that the container finds at $SHIPSEC_INPUT_PATH");
  add_option(command, "--client", options->container.docker, "PROGRAM",
             "docker client to call, such as podman")
      ->capture_default_str();
  command.footer(std::string("The result of the container is the JSON that it writes to "
                             "$SHIPSEC_OUTPUT_PATH, or else its\nstdout.\n") +
                 exit_codes);
  command.final_callback([&command, options, &after, &status] {
    status = commands::docker(*options, child_arguments(command, after, "IMAGE"));
  });
}

}  // namespace

void add_children(CLI::App& app, const AfterDashes& after, int& status) {
  add_run(app, after, status);
  add_docker(app, after, status);
}

}  // namespace trace::cli::command_line
