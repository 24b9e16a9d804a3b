// SPDX-License-Identifier: Apache-2.0
// Follows a run live: waits for a run that does not exist yet, prints events as they come, and
// reconnects with its cursor when the connection breaks, until the backend says that the run has
// ended. Main thread; a stop request may come from any.
#pragma once

#include <trace/status.hpp>

#include <chrono>
#include <optional>
#include <string>

#include "emitter/backend/backend.hpp"
#include "emitter/backend/sse_parser.hpp"
#include "emitter/stop_signals.hpp"
#include "emitter/tail/event_printer.hpp"

namespace trace::cli::tail {

class Follower {
 public:
  struct Options {
    std::string run;
    std::string cursor;        // begin after it; empty: at the first event
    bool is_new = false;       // the backend does not know the run yet
    bool exit_status = false;  // follow() returns the run's verdict
    bool quiet = false;        // no messages about the run and the connection
  };
  Follower(backend::Backend& backend, Options options, const StopSignals& stop,
           EventPrinter& printer);

  // Returns the exit status.
  int follow();

 private:
  using Clock = std::chrono::steady_clock;

  std::string path() const;
  bool take(backend::ServerSentEvent& event);
  bool complete(const std::string& json);
  bool end(int status);
  // What to do after a stream that ended without `complete`; false: give up.
  bool may_reconnect(const Result<bool>& ended, int http_status);
  void say_waiting();
  void say(const std::string& text) const;
  void wait(std::chrono::milliseconds pause);

  backend::Backend& backend_;
  Options options_;
  const StopSignals& stop_;
  EventPrinter& printer_;
  backend::EventPage page_;
  std::optional<RunStatusPayload> last_status_;
  Clock::time_point last_success_ = Clock::now();
  std::chrono::milliseconds pause_;
  bool connected_ = false;      // this stream has sent something
  bool has_been_seen_ = false;  // the run exists
  bool said_waiting_ = false;
  bool said_lost_ = false;
  std::optional<int> status_;
};

}  // namespace trace::cli::tail
