// SPDX-License-Identifier: Apache-2.0
// shiptrace tail: shows the events of a run that the backend has, once or live.
#include <fmt/format.h>
#include <unistd.h>
#include <trace/event.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>

#include "emitter/backend/backend.hpp"
#include "emitter/backend/sse_parser.hpp"
#include "emitter/commands/commands.hpp"
#include "emitter/output/exit.hpp"
#include "emitter/output/text.hpp"
#include "emitter/output/timeline.hpp"
#include "emitter/stop_signals.hpp"

namespace trace::cli::commands {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t page_limit = 1000;
constexpr std::chrono::seconds give_up_after{60};

bool wants_colours() {
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

// Writes events to stdout.
class EventPrinter {
 public:
  explicit EventPrinter(bool json) : json_(json), timeline_(wants_colours()) {}

  void print(simdjson::ondemand::object& event) {
    const std::string_view raw = event.raw_json();
    const auto parsed = parse_event(raw);
    if (!parsed) {
      output::fail(
          fmt::format("skipped an event that breaks the contract: {}", parsed.error().text()));
      return;
    }
    const std::string text =
        json_ ? output::printable_json(to_json(*parsed)) + "\n" : timeline_.lines(*parsed);
    std::fwrite(text.data(), 1, text.size(), stdout);
  }

  // Flushes stdout; false when it is closed or cannot be written to.
  bool flush() { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

 private:
  bool json_;
  output::Timeline timeline_;
};

int tail_once(backend::Backend& backend, const TailOptions& options) {
  EventPrinter printer(options.json);
  const auto events = backend::read_trace(
      backend, options.run, options.cursor, page_limit, [&](auto& event) { printer.print(event); },
      [&] { return printer.flush(); });
  if (!events) return output::fail(events.error().text());
  return printer.flush() ? exit_code::ok : exit_code::failed;
}

// Follows a run, and reconnects when the connection breaks.
class Follower {
 public:
  Follower(backend::Backend& backend, const TailOptions& options, const StopSignals& stop)
      : backend_(backend),
        options_(options),
        stop_(stop),
        printer_(options.json),
        cursor_(options.cursor) {}

  int follow() {
    const std::stop_callback interrupt(stop_.token(), [this] { backend_.interrupt(); });
    std::chrono::milliseconds pause{250};
    Clock::time_point last_success = Clock::now();
    while (!stop_.requested()) {
      backend::SseParser parser;
      connected_ = false;
      bool refused = false;
      const auto result = backend_.stream(
          path(),
          [&](std::string_view bytes) {
            connected_ = true;
            return parser.feed(bytes, [&](backend::ServerSentEvent& event) { return take(event); });
          },
          refused);
      if (status_) return *status_;
      if (stop_.requested()) break;
      if (connected_) {
        last_success = Clock::now();
        pause = std::chrono::milliseconds(250);
      }
      if (!result && (refused || Clock::now() - last_success > give_up_after)) {
        return output::fail(result.error().text());
      }
      wait(pause);
      pause = std::min<std::chrono::milliseconds>(pause * 2, std::chrono::seconds(5));
    }
    return exit_code::interrupted;
  }

 private:
  std::string path() const {
    return backend::run_path(
        options_.run,
        cursor_.empty() ? "/stream" : "/stream?cursor=" + http::percent_encoded(cursor_));
  }

  bool take(backend::ServerSentEvent& event) {
    if (event.name == "trace") {
      const auto events = page_.read(event.data, [&](auto& object) { printer_.print(object); });
      if (!events) return end(output::fail(events.error().text()));
      if (page_.cursor()) cursor_ = *page_.cursor();
      return printer_.flush() || end(exit_code::failed);
    }
    if (event.name == "complete") {
      if (!options_.shared.quiet) {
        fmt::print(stderr, "the run has ended: {}\n", output::printable_json(event.data));
      }
      return end(exit_code::ok);
    }
    if (event.name == "error") {
      return end(output::fail(fmt::format("the backend ended the stream: {}", event.data)));
    }
    return true;  // ready, status, and events of later versions
  }

  bool end(int status) {
    status_ = status;
    return false;
  }

  void wait(std::chrono::milliseconds pause) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop_.token(), pause, [] { return false; });
  }

  backend::Backend& backend_;
  const TailOptions& options_;
  const StopSignals& stop_;
  EventPrinter printer_;
  backend::EventPage page_;
  std::string cursor_;
  bool connected_ = false;
  std::optional<int> status_;
};

}  // namespace

int tail(const TailOptions& options) {
  auto backend = backend::Backend::open(config_of(options.shared));
  if (!backend) return output::fail(backend.error().text(), exit_code::usage);
  if (!options.follow) return tail_once(*backend, options);
  const StopSignals stop;
  return Follower(*backend, options, stop).follow();
}

}  // namespace trace::cli::commands
