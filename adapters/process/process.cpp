// run_process: a process as a node of a run.
#include <fmt/format.h>
#include <trace/capture.hpp>

#include "child/child.hpp"
#include "child/execution.hpp"
#include "child/node_capture.hpp"

namespace trace {
namespace {

using child::Child;
using child::JsonObject;
using child::Loop;
using child::NodeCapture;
using child::Steady;

// The command as people read it: arguments with a blank in quotes, cut to a line.
std::string readable(const std::vector<std::string>& argv) {
  constexpr std::size_t most_bytes = 200;
  std::string text;
  for (const std::string& argument : argv) {
    const bool plain = !argument.empty() && argument.find_first_of(" \t\n'\"") == argument.npos;
    text += text.empty() ? "" : " ";
    text += plain ? argument : child::json_text(argument);
    if (text.size() > most_bytes) break;
  }
  if (text.size() <= most_bytes) return text;
  std::size_t end = most_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

// Answers whether it took SIGKILL.
bool end_by_force(Child& process, Loop& loop, std::chrono::milliseconds grace) {
  const auto ended = [&] { return process.ended(); };
  process.terminate();
  if (loop.run_until(ended, Steady::now() + grace)) return false;
  process.kill();
  loop.run_until(ended);
  return true;
}

Ended::Facts facts_of(const NodeCapture& capture, const child::ExitStatus& status, bool forced) {
  Ended::Facts facts{.code = {}, .text = {}, .exit_code = status.code, .signal = status.signal};
  if (capture.end_request() != child::EndRequest::none) {
    facts.code = capture.end_request_code();
    facts.text = capture.end_request_text();
    if (forced) facts.text += "; SIGKILL ended it";
  } else if (status.signal) {
    facts.code = "PROCESS_SIGNAL";
    facts.text = child::signal_text(*status.signal);
  } else if (!status.code) {
    facts.code = "PROCESS_EXIT";
    facts.text = "ended, but its exit status was taken by another part of this program";
  } else if (*status.code != 0) {
    facts.code = "PROCESS_EXIT";
    facts.text = child::exit_text(*status.code);
  }
  return facts;
}

Ended capture_process(Node node, Loop& loop, const std::stop_token& stop, const ProcessSpec& spec) {
  NodeCapture capture(
      std::move(node), loop,
      {.origin = "process", .timeout = spec.timeout, .tap = spec.tap, .limits = spec.limits}, stop);
  Child process(loop,
                [&](Stream stream, std::string_view bytes) { capture.output(stream, bytes); });
  // Nothing is read before the loop runs: STARTED comes first and can name the process.
  auto failure = process.start({spec.argv, spec.working_directory});
  JsonObject data;
  data.raw("argv", child::json_arguments(spec.argv));
  if (!failure) data.number("pid", process.pid());
  if (!spec.working_directory.empty()) data.text("cwd", spec.working_directory);
  if (spec.timeout.count() > 0) data.number("timeoutMs", spec.timeout.count());
  capture.started(readable(spec.argv), data);
  if (failure) {
    return capture.ended({.code = std::move(failure->code), .text = std::move(failure->text)});
  }
  bool forced = false;
  if (!capture.run_until([&] { return process.ended(); })) {
    forced = end_by_force(process, loop, spec.grace);
  }
  return capture.ended(facts_of(capture, process.status(), forced));
}

}  // namespace

Execution start_process(Node node, ProcessSpec spec) {
  std::stop_token stop = spec.stop;
  return child::start_execution(
      std::move(node), std::move(stop),
      [spec = std::move(spec)](Node taken, Loop& loop, const std::stop_token& ours) {
        return capture_process(std::move(taken), loop, ours, spec);
      });
}

Ended run_process(Node node, ProcessSpec spec) {
  return start_process(std::move(node), std::move(spec)).wait();
}

}  // namespace trace
