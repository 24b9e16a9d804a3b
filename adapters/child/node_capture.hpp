// SPDX-License-Identifier: Apache-2.0
// NodeCapture: a node whose program is running. Records the start, each line and the end, and
// decides when the program must be ended: timeout, stop request, cancellation by the backend.
// StderrTail keeps the last lines of stderr for the event of a failure.
//
// Shared by process and container capture, which start and stop the program. Runs on the capture's
// thread; requests from other threads arrive through the Loop.
#pragma once

#include <trace/capture.hpp>
#include <trace/redaction.hpp>
#include <trace/summary.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "child/execution.hpp"
#include "child/json_object.hpp"
#include "child/loop.hpp"
#include "child/outlet.hpp"

namespace trace::child {

// The last lines that a program wrote to stderr, for its failure. Bounded in lines and bytes;
// characters are never cut. Not thread-safe.
class StderrTail {
 public:
  static constexpr std::size_t most_lines = 10;
  static constexpr std::size_t most_bytes = 4096;

  void add(const RedactedText& line);
  bool empty() const noexcept { return lines_.empty(); }
  // A JSON array of the lines, oldest first. Of a single line that is too long, its end. If the
  // first line of a private key has been dropped, the rest of the key is "[REDACTED]": nothing
  // would recognise it.
  std::string json() const;

 private:
  std::deque<std::string> lines_;
  std::size_t bytes_ = 0;
  bool is_in_key_ = false;  // the first line follows one of a private key
};

enum class EndRequest { none, timeout, cancelled, shutdown };

class NodeCapture final : private Timed {
 public:
  struct Options {
    std::string_view origin;  // data.origin of the lines
    std::chrono::milliseconds timeout;
    OutputTap tap;
    PassOn pass_on = {};
    CaptureLimits limits = {};
    bool terminal = false;  // one stream, Stream::pty, instead of two

    template <class Spec>
    static Options of(std::string_view origin, const Spec& spec) {
      return {origin, spec.timeout, spec.tap, spec.pass_on, spec.limits, spec.terminal.has_value()};
    }
  };
  // Throws std::system_error if there is no thread or descriptor for the tap or for PassOn.
  NodeCapture(CapturedNode& captured, Loop& loop, Options options, const StopTokens& stop);

  const Node& node() const noexcept { return captured_.node; }

  // Records STARTED; the timeout counts from here.
  void started(const CutText& message, const JsonObject& data);

  void output(Stream stream, std::string_view bytes);
  // For Child: whether the queues have room. Always true once the program must end.
  bool may_read(Stream stream) const;
  // The program must end, although nobody requested it: from now on its output is read even if the
  // queues are full, and what does not fit is not passed on.
  void read_on() noexcept { reads_on_ = true; }
  // Called when the reader of a stream that is passed on has gone.
  void on_reader_gone(std::function<void(Stream)> call) { on_reader_gone_ = std::move(call); }
  bool is_reader_gone() const noexcept { return is_reader_gone_; }

  // Runs the loop until done() (returns true) or until the program must end (returns false).
  bool run_until(const std::function<bool()>& done);
  EndRequest end_request() const noexcept { return end_request_; }
  // The grace period is over.
  bool at_once() const noexcept { return at_once_; }
  // Its code and text: TIMEOUT, "timed out after 2s"; CANCELLED, "cancelled"; WORKER_STOPPED, "the
  // worker was stopped". Empty: none.
  Ended::Facts end_request_facts() const;

  // Sets the output's summary, instead of that of stdout.
  void output_is(std::string summary) { output_ = std::move(summary); }

  // Waits for the tap, then records COMPLETED with the summary of the output, or FAILED with the
  // reason and the last lines of stderr. `data` is added to the exit code, signal, duration, usage,
  // and the output's lines, bytes and rates. Then waits until the output has been passed on, the
  // timeout has passed, or the program was asked to stop.
  Ended ended(Ended::Facts facts, JsonObject data = {});

 private:
  Steady::time_point next_due() const override;
  void tick(Steady::time_point now) override;
  void add_output_facts(JsonObject& data, std::chrono::milliseconds duration) const;
  void request_end(EndRequest request);
  void post_end_request(EndRequest request, bool at_once = false);
  Steady::time_point deadline() const noexcept;
  void record_end(const Ended::Facts& facts, JsonObject data);
  void wait_until_taken(const std::function<bool()>& all_taken);

  CapturedNode& captured_;
  Loop& loop_;
  Options options_;
  // Declared before the streams that feed them, which flush in their destructors.
  Summariser summary_;
  StderrTail stderr_tail_;
  LineStream out_;
  LineStream err_;
  Steady::time_point start_ = Steady::now();
  EndRequest end_request_ = EndRequest::none;
  bool at_once_ = false;
  bool has_ended_ = false;
  bool is_reader_gone_ = false;
  bool reads_on_ = false;
  std::optional<std::string> output_;
  std::function<void(Stream)> on_reader_gone_;
  std::unique_ptr<Outlet> tap_;
  PassingOn passing_on_;
  // Last, so that they are destroyed before what they call.
  std::stop_callback<std::function<void()>> on_stop_;
  std::stop_callback<std::function<void()>> on_shutdown_;
  std::stop_callback<std::function<void()>> on_kill_;
  CancelSubscription on_cancel_;
};

// Sets code and text of a program that ended by itself, from its signal or else its exit code:
// "killed by SIGSEGV", "exited with code 3". Neither if that is 0.
void describe_end(Ended::Facts& facts);

}  // namespace trace::child
