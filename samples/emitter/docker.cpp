// shiptrace docker: a container as a node of a run.
#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "traced_child.hpp"

namespace trace::cli {
namespace {

struct DockerOptions {
  ChildOptions child;
  std::vector<std::string> env;
  std::string env_file;
  std::string network = "none";
  std::string memory;
};

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
  spec.timeout = control.timeout;
  spec.stop = std::move(control.stop);
  spec.tap = std::move(control.tap);
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
  command->add_option("--env", options->env, "name of a variable to pass on; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->check([](const std::string& name) {
        return name.find('=') == std::string::npos
                   ? std::string()
                   : std::string(
                         "takes the name of a variable of this shell, so that its value is "
                         "in no process list: export it and pass the name");
      });
  command->add_option("--env-file", options->env_file, "file of NAME=VALUE lines")
      ->type_name("FILE")
      ->check(CLI::ExistingFile);
  command->add_option("--network", options->network, "network of the container")
      ->capture_default_str();
  command->add_option("--memory", options->memory, "limit such as 256m");
  command->final_callback([command, options, &behind, &status] {
    const auto arguments = child_arguments(*command, behind, "IMAGE");
    status = trace_child(options->child, [&](Node node, ChildControl control) {
      return run_container(std::move(node), container_of(*options, arguments, std::move(control)));
    });
  });
}

}  // namespace trace::cli
