// SPDX-License-Identifier: Apache-2.0
// run_process: a process as a node of a run.
#include <signal.h>
#include <trace/capture.hpp>

#include <optional>

#include "child/child.hpp"
#include "child/control_group.hpp"
#include "child/execution.hpp"
#include "child/json_object.hpp"
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
bool is_out_of_memory(const child::ExitStatus& status, const child::ControlGroup& group,
                      std::optional<std::uint64_t> kills_before) {
  constexpr int reported_by_shell = 128 + SIGKILL;
  if (status.signal != SIGKILL && status.code != reported_by_shell) return false;
  const auto kills = group.out_of_memory_kills();
  return kills_before && kills && *kills > *kills_before;
}

Ended::Facts facts_of(const NodeCapture& capture, const child::ExitStatus& status, bool forced,
                      bool out_of_memory) {
  Ended::Facts facts = capture.end_request_facts();
  facts.exit_code = status.code;
  facts.signal = status.signal;
  facts.usage = status.usage;
  if (!facts.code.empty()) {
    if (forced) facts.text += "; SIGKILL ended it";
  } else if (out_of_memory) {
    facts.code = "OOM_KILLED";
    facts.text = "killed: its control group ran out of memory";
  } else if (!status.signal && !status.code) {
    facts.code = "PROCESS_EXIT";
    facts.text = "exit status unknown: another part of this program reaped the process";
  } else {
    child::describe_end(facts);
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
  if (!spec.traceparent.empty()) data.text("traceparent", spec.traceparent);
  return data;
}

Ended capture_process(child::CapturedNode& node, Loop& loop, const child::StopTokens& stop,
                      const ProcessSpec& spec) {
  NodeCapture capture(node, loop, NodeCapture::Options::of("process", spec), stop);
  Child process(
      loop, [&](Stream stream, std::string_view bytes) { capture.output(stream, bytes); },
      [&](Stream stream) { return capture.may_read(stream); });
  capture.on_reader_gone([&](Stream stream) { process.close_output(stream); });
  // Nothing is read before the loop runs, so STARTED comes first and can contain the pid.
  auto failure = process.start(
      {spec.argv, spec.working_directory, spec.input.value_or(Input()), spec.terminal});
  const auto group = failure ? child::ControlGroup() : child::ControlGroup::of(process.pid());
  const auto kills = group.out_of_memory_kills();
  capture.started(capture.node().cut(readable(spec.argv), most_message_bytes),
                  description(spec, failure ? std::nullopt : std::optional(process.pid())));
  if (failure) {
    return capture.ended({.code = std::move(failure->code), .text = std::move(failure->text)});
  }
  bool forced = false;
  if (!capture.run_until([&] { return process.ended(); })) {
    forced = end_by_force(process, loop, capture, spec.grace);
  }
  const bool out_of_memory = is_out_of_memory(process.status(), group, kills);
  return capture.ended(facts_of(capture, process.status(), forced, out_of_memory));
}

}  // namespace

Execution start_process(Node node, ProcessSpec spec) {
  return child::start_capture(std::move(node), std::move(spec), &capture_process);
}

Ended run_process(Node node, ProcessSpec spec) {
  return start_process(std::move(node), std::move(spec)).wait();
}

}  // namespace trace
