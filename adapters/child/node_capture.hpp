// NodeCapture: a node while its program runs. Records the start, each line and the end, and knows
// when the program has to end early: the time-out, a stop request, the backend's cancellation.
//
// Process and container capture share it; they say what is run and how it is ended. Works on the
// capture's thread; only what asks for the end comes from other threads, through the Loop.
#pragma once

#include <trace/capture.hpp>
#include <trace/summary.hpp>

#include <chrono>
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
#include "child/passing_on.hpp"
#include "child/stderr_tail.hpp"

namespace trace::child {

// Why a program was asked to end.
enum class EndRequest { none, timeout, cancelled };

class NodeCapture final : private Timed {
 public:
  struct Options {
    std::string_view origin;  // data.origin of the lines
    std::chrono::milliseconds timeout;
    OutputTap tap;
    PassOn pass_on = {};
    CaptureLimits limits = {};
    bool terminal = false;  // one stream, Stream::pty, instead of two
  };
  // Throws std::system_error when there is no thread or descriptor for the tap or for passing on.
  NodeCapture(CapturedNode& captured, Loop& loop, Options options, const StopTokens& stop);
  ~NodeCapture() override;
  NodeCapture(const NodeCapture&) = delete;
  NodeCapture& operator=(const NodeCapture&) = delete;

  const Node& node() const noexcept { return captured_.node; }

  // STARTED; the time counts from here.
  void started(const CutText& message, const JsonObject& data);

  // Bytes that the program wrote.
  void output(Stream stream, std::string_view bytes);
  // Whether there is room for more of them: for Child. Once the program has to end, always.
  bool may_read(Stream stream) const;
  // The program has to end, without a request: from now on its output is read whether or not there
  // is room, and what has none is not passed on.
  void read_on() noexcept { reads_on_ = true; }
  // Has it called when nobody reads what is passed on of a stream any more.
  void on_reader_gone(std::function<void(Stream)> call) { on_reader_gone_ = std::move(call); }
  bool is_reader_gone() const noexcept { return is_reader_gone_; }

  // Runs the loop until done() or until the program has to end; true for done().
  bool run_until(const std::function<bool()>& done);
  EndRequest end_request() const noexcept { return end_request_; }
  // The program has no time left to end by itself.
  bool at_once() const noexcept { return at_once_; }
  // "timed out after 2s", "cancelled", "".
  std::string end_request_text() const;
  // TIMEOUT, CANCELLED, "".
  std::string end_request_code() const;

  // The output is this, already summarised, and not stdout.
  void output_is(std::string summary) { output_ = std::move(summary); }

  // Once the tap has taken everything: COMPLETED with the summary of the output, or FAILED with the
  // reason and the last lines of stderr. `data` is what is to be told besides the exit code, the
  // signal, the duration, what was used, and the lines and bytes of the output and their rate. Then
  // waits until the output was passed on, so long as neither the time-out nor anybody ends that.
  Ended ended(Ended::Facts facts, JsonObject data = {});

 private:
  Steady::time_point next_due() const override;
  void tick(Steady::time_point now) override;
  void add_output_facts(JsonObject& data, std::chrono::milliseconds duration) const;
  void request_end(EndRequest request);
  Steady::time_point deadline() const noexcept;
  void open_tap();
  void record_end(const Ended::Facts& facts, JsonObject data);
  void wait_until_taken(const std::function<bool()>& all_taken);

  CapturedNode& captured_;
  Loop& loop_;
  Options options_;
  // In front of the streams that tell them, also of what is left when they go.
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
  // Last, so that they are gone before what they call.
  std::stop_callback<std::function<void()>> on_stop_;
  std::stop_callback<std::function<void()>> on_kill_;
  CancelSubscription on_cancel_;
};

// "exited with code 3", "killed by SIGSEGV".
std::string exit_text(int code);
std::string signal_text(int signal);

}  // namespace trace::child
