#include "docker/container.hpp"

#include <fmt/format.h>

#include <charconv>
#include <exception>
#include <string_view>
#include <utility>

namespace trace::docker {
namespace {

using namespace std::chrono_literals;
using child::Steady;

// A daemon that is silent for this long is taken for dead. (A restart takes a few seconds.)
constexpr auto patience = 20s;
constexpr auto time_per_call = 15s;
// Of a daemon that answers but cannot remove.
constexpr auto most_for_removal = 2min;
constexpr auto pause_between_calls = 200ms;

bool says_gone(const Answer& answer) {
  return answer.err.find("o such container") != std::string::npos ||  // "No" or "no"
         answer.err.find("o such object") != std::string::npos;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

constexpr const char* state_format =
    "{{.State.Status}}\n{{.State.StartedAt}}\n{{.State.ExitCode}}\n{{.State.OOMKilled}}\n"
    "{{.State.Error}}";
constexpr std::string_view never = "0001-01-01";

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

Container::~Container() {
  if (!may_exist_) return;
  try {
    remove();
  } catch (const std::exception&) {  // no memory for the call
  }
}

child::Command Container::creation(const ContainerSpec& spec, const Labels& labels) const {
  std::vector<std::string> arguments = {"create",
                                        "--name",
                                        name_,
                                        "--label",
                                        "shiptrace.run=" + labels.run,
                                        "--label",
                                        "shiptrace.node=" + labels.node,
                                        "--label",
                                        "shiptrace.session=" + labels.session};
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) arguments.insert(arguments.end(), {option, value});
  };
  add("--network", spec.network);
  add("--memory", spec.memory);
  for (const std::string& name : spec.env) add("--env", name);
  add("--env-file", spec.env_file);
  arguments.insert(arguments.end(), {"--", spec.image});
  arguments.insert(arguments.end(), spec.argv.begin(), spec.argv.end());
  return client_.command(std::move(arguments));
}

void Container::created(const Answer& answer) noexcept {
  // A client that ended by itself without success made none.
  may_exist_ = !answer.not_started && (answer.ok() || !answer.in_time);
  creation_interrupted_ = !answer.in_time;
}

child::Command Container::start_attached() const {
  return client_.command({"start", "--attach", name_});
}

ContainerState Container::inspect() {
  const auto end = Steady::now() + patience;
  for (;;) {
    const Answer answer = client_.call(
        {"inspect", "--type", "container", "--format", state_format, name_}, time_per_call);
    if (answer.ok()) return state_of(answer.out);
    if (says_gone(answer)) return {.kind = ContainerState::Kind::gone};
    if (answer.not_started || Steady::now() >= end) return {};
    pause();
  }
}

bool Container::stop(std::chrono::milliseconds grace) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(grace);
  for (bool first = true;; first = false) {
    if (first) {
      client_.call({"stop", "-t", std::to_string(seconds.count()), name_}, seconds + time_per_call);
    } else {
      client_.call({"kill", name_}, time_per_call);
    }
    const ContainerState state = inspect();
    if (state.kind == ContainerState::Kind::unknown) return false;
    if (state.kind != ContainerState::Kind::running) return true;
    pause();
  }
}

bool Container::remove() {
  if (!std::exchange(may_exist_, false)) return true;  // tried once, for as long as it takes
  if (!remove_once()) return false;
  if (!creation_interrupted_) return true;
  // The daemon may have been about to make it.
  loop_.run_until([] { return false; }, Steady::now() + 1s);
  return remove_once();
}

bool Container::remove_once() {
  const auto last_end = Steady::now() + most_for_removal;
  auto end = Steady::now() + patience;
  for (;;) {
    const Answer answer = client_.call({"rm", "--force", "--volumes", name_}, time_per_call);
    if (answer.ok() || says_gone(answer)) return true;
    if (answer.not_started || Steady::now() >= last_end) return false;
    if (Steady::now() >= end) {
      // A daemon that answers is asked again: a removal may be under way.
      if (!answer.in_time || !client_.daemon_answers()) return false;
      end = Steady::now() + patience;
    }
    pause();
  }
}

void Container::pause() {
  loop_.run_until([] { return false; }, Steady::now() + pause_between_calls);
}

}  // namespace trace::docker
