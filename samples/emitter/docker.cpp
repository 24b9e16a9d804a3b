// shiptrace docker: a container as a node of a run.
#include <CLI/CLI.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands.hpp"
#include "input_file.hpp"
#include "traced_child.hpp"

namespace trace::cli {
namespace {

struct DockerOptions {
  ChildOptions child;
  std::vector<std::string> env;
  std::string env_file;
  std::string network = "none";
  std::string memory;
  std::string cpus;
  std::uint32_t pids = 0;
  bool read_only = false;
  std::string user;
  std::string input;
  std::string client = "docker";
};

// The text of --input; nothing without it.
Result<std::optional<std::string>> input_of(const DockerOptions& options) {
  if (options.input.empty()) return std::optional<std::string>();
  std::string text;
  auto read = read_pieces(options.input, [&](std::string_view piece) { text += piece; });
  if (!read) return read.error();
  return std::optional(std::move(text));
}

ContainerSpec container_of(const DockerOptions& options, std::vector<std::string> arguments,
                           ChildControl control) {
  ContainerSpec spec;
  spec.image = arguments.front();
  arguments.erase(arguments.begin());
  spec.argv = std::move(arguments);
  spec.env = options.env;
  spec.env_file = options.env_file;
  spec.network = options.network;
  spec.memory = options.memory;
  spec.cpus = options.cpus;
  spec.pids = options.pids;
  spec.read_only = options.read_only;
  spec.user = options.user;
  spec.docker = options.client;
  spec.timeout = control.timeout;
  spec.stop = std::move(control.stop);
  spec.kill = std::move(control.kill);
  spec.pass_on = control.pass_on;
  spec.input = std::move(control.input);
  spec.terminal = control.terminal;
  return spec;
}

}  // namespace

void add_docker(CLI::App& app, const BehindDashes& behind, int& status) {
  const auto options = std::make_shared<DockerOptions>();
  CLI::App* command =
      app.add_subcommand("docker",
                         "Runs a container, passes its output on and records it.\n"
                         "  shiptrace docker --run R --node N [OPTIONS] IMAGE [CMD…]");
  add_child(*command, options->child);
  command
      ->add_option("--env", options->env,
                   "name of a variable to pass on; may be repeated. Its value is in no\n"
                   "process list, but the daemon keeps it: 'docker inspect' shows it to\n"
                   "whoever may talk to the daemon. Hand a\n"
                   "secret over with --input or --stdin instead")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->check([](const std::string& name) {
        return name.find('=') == std::string::npos
                   ? std::string()
                   : std::string(
                         "takes the name of a variable of this shell, so that its value is "
                         "in no process list: export it and pass the name");
      });
  command
      ->add_option("--env-file", options->env_file,
                   "file of NAME=VALUE lines; the daemon keeps them as those of --env.\n"
                   "Values of variables with the names of secrets are redacted")
      ->type_name("FILE")
      ->check(CLI::ExistingFile);
  command->add_option("--network", options->network, "network of the container")
      ->capture_default_str();
  command->add_option("--memory", options->memory, "limit such as 256m");
  command->add_option("--cpus", options->cpus, "limit such as 1.5");
  command->add_option("--pids-limit", options->pids, "most processes and threads at a time")
      ->type_name("N")
      ->check(CLI::Range(std::uint32_t{1}, std::numeric_limits<std::uint32_t>::max()));
  command->add_flag("--read-only", options->read_only,
                    "nothing of the image can be written to; /tmp is in memory");
  command->add_option("--user", options->user, "user (and group) in the container")
      ->type_name("USER[:GROUP]");
  command
      ->add_option("--input", options->input,
                   "JSON file (- is stdin) that the container finds at $SHIPSEC_INPUT_PATH")
      ->type_name("FILE");
  command->add_option("--client", options->client, "the docker client to call, such as podman")
      ->type_name("PROGRAM")
      ->capture_default_str();
  command->footer(std::string("The JSON that the container leaves at $SHIPSEC_OUTPUT_PATH is its "
                              "output, else its stdout is.\n") +
                  child_exit_codes);
  command->final_callback([command, options, &behind, &status] {
    const auto arguments = child_arguments(*command, behind, "IMAGE");
    auto input = input_of(*options);
    if (!input) {
      status = fail(input.error().text(), exit_code::not_started);
      return;
    }
    options->child.secret_file = options->env_file;
    status = trace_child(options->child, [&](Node node, ChildControl control) {
      ContainerSpec spec = container_of(*options, arguments, std::move(control));
      spec.input_file = std::move(*input);
      return run_container(std::move(node), std::move(spec));
    });
  });
}

}  // namespace trace::cli
