// SPDX-License-Identifier: Apache-2.0
#include "docker/container.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include "docker/client_messages.hpp"
#include "docker/files.hpp"

namespace trace::docker {
namespace {

using namespace std::chrono_literals;
using child::Steady;

constexpr auto time_per_call = 15s;
// For a daemon that responds but cannot remove.
constexpr auto most_for_removal = 2min;
// How long to wait for a daemon that had our container (it may be restarting on a busy machine).
constexpr auto for_known = 60s;
constexpr std::chrono::milliseconds first_pause = 100ms;
constexpr std::chrono::milliseconds longest_pause = 2s;
// The daemon may still be creating what the client requested before it was killed.
constexpr auto late_creation = 3s;

constexpr const char* state_format =
    "{{.State.Status}}\n{{.State.StartedAt}}\n{{.State.ExitCode}}\n{{.State.OOMKilled}}\n"
    "{{.State.Error}}";
constexpr std::string_view never = "0001-01-01";

std::string in_container(std::string_view file) { return fmt::format("/shipsec/{}", file); }

// A CSV record, in which a quoted value may contain commas.
std::string mount_of(const std::string& directory) {
  std::string source = "source=" + directory;
  for (std::size_t at = 0; (at = source.find('"', at)) != std::string::npos; at += 2) {
    source.insert(at, 1, '"');
  }
  return fmt::format("type=bind,\"{}\",target=/shipsec", source);
}

ContainerState state_of(std::string_view text) {
  ContainerState state;
  const std::string_view status = take_line(text);
  const bool started = !take_line(text).starts_with(never);
  const std::string_view code = take_line(text);
  std::from_chars(code.data(), code.data() + code.size(), state.exit_code);
  state.out_of_memory = take_line(text) == "true";
  while (text.ends_with('\n')) text.remove_suffix(1);
  state.error = text;
  if (status == "running" || status == "paused" || status == "restarting") {
    state.kind = ContainerState::Kind::running;
  } else {
    state.kind = started ? ContainerState::Kind::exited : ContainerState::Kind::waiting;
  }
  return state;
}

}  // namespace

std::string journal_label(std::string_view journal) {
  if (journal.empty()) return {};
  std::error_code error;
  const std::filesystem::path path(journal);
  const auto canonical = std::filesystem::weakly_canonical(path, error);
  return (error ? path : canonical).string();
}

Container::~Container() {
  if (!may_exist_) return;
  try {
    remove();
  } catch (const std::exception&) {  // no memory for the call
  }
}

child::Command Container::creation(const ContainerSpec& spec, const Node& node,
                                   const std::string& files) const {
  std::vector<std::string> arguments = {"create", "--name", name_};
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) arguments.insert(arguments.end(), {option, value});
  };
  const auto label = [&](const char* name, std::string_view value) {
    add("--label", fmt::format("shiptrace.{}={}", name, value));
  };
  label("run", node.run_id());
  label("node", node.id());
  label("session", node.session_id());
  if (!node.journal().empty()) label("journal", journal_label(node.journal()));
  // The output is captured, so the daemon need not store it as well: one line of JSON for each
  // line, until the container is removed, costs many times the output's time and disk space.
  add("--log-driver", "none");
  add("--network", spec.network);
  add("--memory", spec.memory);
  add("--cpus", spec.cpus);
  if (spec.pids > 0) add("--pids-limit", std::to_string(spec.pids));
  if (spec.read_only) arguments.insert(arguments.end(), {"--read-only", "--tmpfs", "/tmp"});
  add("--user", spec.user);
  const auto add_all = [&](const char* option, const std::vector<std::string>& values) {
    for (const std::string& value : values) add(option, value);
  };
  add_all("--volume", spec.volumes);
  add_all("--mount", spec.mounts);
  add_all("--tmpfs", spec.tmpfs);
  add_all("--cap-add", spec.cap_add);
  add("--entrypoint", spec.entrypoint);
  add("--workdir", spec.workdir);
  add("--gpus", spec.gpus);
  add("--platform", spec.platform);
  add("--pull", spec.pull);
  if (spec.terminal) arguments.emplace_back("--tty");
  if (spec.input) arguments.emplace_back("--interactive");
  for (const std::string& name : spec.env) add("--env", name);
  add("--env-file", spec.env_file);
  if (!files.empty()) {
    add("--mount", mount_of(files));
    if (spec.input_file) add("--env", "SHIPSEC_INPUT_PATH=" + in_container(input_name));
    if (spec.result_file) add("--env", "SHIPSEC_OUTPUT_PATH=" + in_container(result_name));
  }
  arguments.insert(arguments.end(), spec.options.begin(), spec.options.end());
  arguments.insert(arguments.end(), {"--", spec.image});
  arguments.insert(arguments.end(), spec.argv.begin(), spec.argv.end());
  return client_.command(std::move(arguments));
}

void Container::created(const ClientResult& result) {
  // A client that exited with an error created none.
  may_exist_ = !result.not_started && (result.ok() || !result.in_time);
  creation_interrupted_ = !result.in_time;
  if (!result.ok()) return;
  longest_silence_ = for_known;
  std::string_view said = result.out;
  id_ = take_line(said);
}

std::vector<std::string> Container::control_groups() const {
  constexpr std::size_t id_length = 64;
  if (id_.size() != id_length) return {};
  const std::string ours =
      fmt::format("user.slice/user-{0}.slice/user@{0}.service/user.slice/", ::getuid());
  return {"docker/" + id_,
          "system.slice/docker-" + id_ + ".scope",
          "libpod_parent/libpod-" + id_,
          "machine.slice/libpod-" + id_ + ".scope",
          ours + "docker-" + id_ + ".scope",
          ours + "libpod-" + id_ + ".scope"};
}

child::Command Container::start_attached(const ContainerSpec& spec) const {
  child::Command command = client_.command({"start", "--attach", name_});
  if (spec.input) command.argv.insert(command.argv.end() - 1, "--interactive");
  command.input = spec.input.value_or(Input());
  command.terminal = spec.terminal;
  command.raw_terminal = true;  // the container's terminal does the line editing and the echo
  return command;
}

ContainerState Container::inspect_once() {
  const ClientResult result = client_.call(
      {"inspect", "--type", "container", "--format", state_format, name_}, time_per_call);
  const bool responded = result.ok() || says_gone(result);
  if (responded) last_response_ = Steady::now();
  if (result.ok()) return state_of(result.out);
  return {.kind = responded ? ContainerState::Kind::gone : ContainerState::Kind::unknown,
          .not_asked = result.not_started};
}

ContainerState Container::inspect() {
  begin_waiting();
  for (;;) {
    ContainerState state = inspect_once();
    if (state.kind != ContainerState::Kind::unknown || !wait()) return state;
  }
}

bool Container::stop(std::chrono::milliseconds grace, const std::function<bool()>& at_once) {
  begin_waiting();
  const auto end_of_grace = Steady::now() + grace;
  for (;;) {
    // The daemon counts whole seconds. A failed stop is repeated while there is time, then followed
    // by a kill.
    const auto left = std::chrono::ceil<std::chrono::seconds>(end_of_grace - Steady::now());
    if (left > 0s && !at_once()) {
      client_.call({"stop", "-t", std::to_string(left.count()), name_}, left + time_per_call,
                   at_once);
    } else {
      client_.call({"kill", name_}, time_per_call);
    }
    using Kind = ContainerState::Kind;
    const Kind kind = inspect_once().kind;
    if (kind != Kind::unknown && kind != Kind::running) return true;
    if (!wait()) return false;
  }
}

// Starts a new operation, with the full time unless the daemon was already given up.
void Container::begin_waiting() noexcept {
  pause_ = first_pause;
  if (!gave_up_) last_response_ = Steady::now();
}

// Returns false to give up, otherwise pauses before the next attempt.
bool Container::wait() {
  gave_up_ = gave_up_ || Steady::now() - last_response_ >= longest_silence_;
  if (gave_up_) return false;
  loop_.run_until([] { return false; }, Steady::now() + pause_);
  pause_ = std::min(pause_ * 2, longest_pause);
  return true;
}

bool Container::remove() {
  if (!std::exchange(may_exist_, false)) return true;  // attempted only once
  if (!remove_once()) return false;
  if (!creation_interrupted_) return true;
  const auto end = Steady::now() + late_creation;
  for (auto pause = 200ms; Steady::now() < end; pause *= 2) {
    loop_.run_until([] { return false; }, Steady::now() + pause);
    if (!remove_once()) return false;
  }
  return true;
}

bool Container::remove_once() {
  begin_waiting();
  const auto last_end = Steady::now() + most_for_removal;
  for (;;) {
    const ClientResult result = client_.call({"rm", "--force", "--volumes", name_}, time_per_call);
    if (result.ok() || says_gone(result)) return true;
    // If the daemon responds, retry: a removal may be in progress.
    if (!is_silence(result) || client_.ask_version().ok()) last_response_ = Steady::now();
    if (Steady::now() >= last_end || !wait()) return false;
  }
}

}  // namespace trace::docker
