// SPDX-License-Identifier: Apache-2.0
// run_process: a process as a node of a run.
#include <fmt/format.h>
#include <signal.h>
#include <trace/capture.hpp>

#include <optional>

#include "child/child.hpp"
#include "child/control_group.hpp"
#include "child/execution.hpp"
#include "child/node_capture.hpp"

namespace trace {
namespace {

using child::Child;
using child::JsonObject;
using child::Loop;
using child::NodeCapture;
using child::Steady;

// Limit of the command in STARTED's message.
constexpr std::size_t most_message_bytes = 200;

// The command line, with arguments that contain white space in quotes.
std::string readable(const std::vector<std::string>& argv) {
  std::string text;
  for (const std::string& argument : argv) {
    const bool plain = !argument.empty() && argument.find_first_of(" \t\n'\"") == argument.npos;
    text += text.empty() ? "" : " ";
    text += plain ? argument : child::json_text(argument);
  }
  return text;
}

// Returns true if SIGKILL was necessary.
bool end_by_force(Child& process, Loop& loop, const NodeCapture& capture,
                  std::chrono::milliseconds grace) {
  const auto ended = [&] { return process.ended(); };
  if (!capture.at_once()) {
    process.terminate();
    loop.run_until([&] { return ended() || capture.at_once(); }, Steady::now() + grace);
    if (ended()) return false;
  }
  process.kill();
  loop.run_until(ended);
  return true;
}

// Distinguishes the OOM killer's SIGKILL from any other by the counter of the control group that
// the process was started in.
class MemoryWatch {
 public:
  void begin(pid_t pid) {
    group_ = child::ControlGroup::of(pid);
    before_ = group_.out_of_memory_kills();
  }
  bool killed(const child::ExitStatus& status) const {
    constexpr int reported_by_shell = 128 + SIGKILL;
    if (status.signal != SIGKILL && status.code != reported_by_shell) return false;
    const auto now = group_.out_of_memory_kills();
    return before_ && now && *now > *before_;
  }

 private:
  child::ControlGroup group_;
  std::optional<std::uint64_t> before_;
};

Ended::Facts facts_of(const NodeCapture& capture, const child::ExitStatus& status, bool forced,
                      const MemoryWatch& memory) {
  Ended::Facts facts{.exit_code = status.code, .signal = status.signal, .usage = status.usage};
  if (capture.end_request() != child::EndRequest::none) {
    facts.code = capture.end_request_code();
    facts.text = capture.end_request_text();
    if (forced) facts.text += "; SIGKILL ended it";
  } else if (memory.killed(status)) {
    facts.code = "OOM_KILLED";
    facts.text = "killed: its control group ran out of memory";
  } else if (status.signal) {
    facts.code = "PROCESS_SIGNAL";
    facts.text = child::signal_text(*status.signal);
  } else if (!status.code) {
    facts.code = "PROCESS_EXIT";
    facts.text = "exit status unknown: another part of this program reaped the process";
  } else if (*status.code != 0) {
    facts.code = "PROCESS_EXIT";
    facts.text = child::exit_text(*status.code);
  }
  return facts;
}

JsonObject description(const ProcessSpec& spec, std::optional<pid_t> pid) {
  JsonObject data;
  data.raw("argv", child::json_arguments(spec.argv));
  if (pid) data.number("pid", *pid);
  if (!spec.working_directory.empty()) data.text("cwd", spec.working_directory);
  if (spec.timeout.count() > 0) data.number("timeoutMs", spec.timeout.count());
  if (spec.terminal) data.raw("terminal", child::json_size(*spec.terminal));
  return data;
}

Ended capture_process(child::CapturedNode& node, Loop& loop, const child::StopTokens& stop,
                      const ProcessSpec& spec) {
  NodeCapture capture(node, loop,
                      {.origin = "process",
                       .timeout = spec.timeout,
                       .tap = spec.tap,
                       .pass_on = spec.pass_on,
                       .limits = spec.limits,
                       .terminal = spec.terminal.has_value()},
                      stop);
  Child process(
      loop, [&](Stream stream, std::string_view bytes) { capture.output(stream, bytes); },
      [&](Stream stream) { return capture.may_read(stream); });
  capture.on_reader_gone([&](Stream stream) { process.close_output(stream); });
  // Nothing is read before the loop runs, so STARTED comes first and can contain the pid.
  auto failure = process.start(
      {spec.argv, spec.working_directory, spec.input.value_or(Input()), spec.terminal});
  MemoryWatch memory;
  if (!failure) memory.begin(process.pid());
  capture.started(capture.node().cut(readable(spec.argv), most_message_bytes),
                  description(spec, failure ? std::nullopt : std::optional(process.pid())));
  if (failure) {
    return capture.ended({.code = std::move(failure->code), .text = std::move(failure->text)});
  }
  bool forced = false;
  if (!capture.run_until([&] { return process.ended(); })) {
    forced = end_by_force(process, loop, capture, spec.grace);
  }
  return capture.ended(facts_of(capture, process.status(), forced, memory));
}

}  // namespace

Execution start_process(Node node, ProcessSpec spec) {
  return child::start_capture(std::move(node), std::move(spec), &capture_process);
}

Ended run_process(Node node, ProcessSpec spec) {
  return start_process(std::move(node), std::move(spec)).wait();
}

}  // namespace trace
