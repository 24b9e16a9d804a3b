// shiptrace tail: a run's events as the backend holds them, once or live.
#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <trace/event.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>

#include "backend.hpp"
#include "commands.hpp"
#include "event_page.hpp"
#include "options.hpp"
#include "printable.hpp"
#include "sse_parser.hpp"
#include "stop_signals.hpp"
#include "timeline.hpp"

namespace trace::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t page_limit = 1000;
constexpr std::chrono::seconds give_up_after{60};

struct TailOptions {
  SharedOptions shared;
  std::string run;
  std::string cursor;
  bool follow = false;
  bool json = false;
};

bool wants_colours() {
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

// Writes events to stdout as they come.
class EventPrinter {
 public:
  explicit EventPrinter(bool json) : json_(json), timeline_(wants_colours()) {}

  void print(simdjson::ondemand::object& event) {
    const std::string_view raw = event.raw_json();
    const auto parsed = parse_event(raw);
    if (!parsed) {
      fail(fmt::format("an event is left out, it breaks the contract: {}", parsed.error().text()));
      return;
    }
    const std::string text =
        json_ ? printable_json(to_json(*parsed)) + "\n" : timeline_.lines(*parsed);
    std::fwrite(text.data(), 1, text.size(), stdout);
  }

  // Shows what was printed; false when nobody reads it any more.
  bool flush() { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

 private:
  bool json_;
  Timeline timeline_;
};

int tail_once(Backend& backend, const TailOptions& options) {
  EventPrinter printer(options.json);
  const auto events = read_trace(
      backend, options.run, options.cursor, page_limit, [&](auto& event) { printer.print(event); },
      [&] { return printer.flush(); });
  if (!events) return fail(events.error().text());
  return printer.flush() ? exit_code::ok : exit_code::failed;
}

// Follows a run over as many connections as it takes.
class Follower {
 public:
  Follower(Backend& backend, const TailOptions& options, const StopSignals& stop)
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
      SseParser parser;
      connected_ = false;
      bool refused = false;
      const auto result = backend_.stream(
          path(),
          [&](std::string_view bytes) {
            connected_ = true;
            return parser.feed(bytes, [&](ServerSentEvent& event) { return take(event); });
          },
          refused);
      if (status_) return *status_;
      if (stop_.requested()) break;
      if (connected_) {
        last_success = Clock::now();
        pause = std::chrono::milliseconds(250);
      }
      if (!result && (refused || Clock::now() - last_success > give_up_after)) {
        return fail(result.error().text());
      }
      wait(pause);
      pause = std::min<std::chrono::milliseconds>(pause * 2, std::chrono::seconds(5));
    }
    return exit_code::interrupted;
  }

 private:
  std::string path() const {
    return run_path(options_.run, cursor_.empty()
                                      ? "/stream"
                                      : "/stream?cursor=" + http::percent_encoded(cursor_));
  }

  bool take(ServerSentEvent& event) {
    if (event.name == "trace") {
      const auto events = page_.read(event.data, [&](auto& object) { printer_.print(object); });
      if (!events) return end(fail(events.error().text()));
      if (page_.cursor()) cursor_ = *page_.cursor();
      return printer_.flush() || end(exit_code::failed);
    }
    if (event.name == "complete") {
      if (!options_.shared.quiet) {
        fmt::print(stderr, "the run has ended: {}\n", printable_json(event.data));
      }
      return end(exit_code::ok);
    }
    if (event.name == "error") {
      return end(fail(fmt::format("the backend ends the stream: {}", event.data)));
    }
    return true;  // ready, status and what later versions may send
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

  Backend& backend_;
  const TailOptions& options_;
  const StopSignals& stop_;
  EventPrinter printer_;
  EventPage page_;
  std::string cursor_;
  bool connected_ = false;
  std::optional<int> status_;
};

int tail(const TailOptions& options) {
  auto backend = Backend::open(config_of(options.shared));
  if (!backend) return fail(backend.error().text(), exit_code::usage);
  if (!options.follow) return tail_once(*backend, options);
  const StopSignals stop;
  return Follower(*backend, options, stop).follow();
}

}  // namespace

void add_tail(CLI::App& app, int& status) {
  const auto options = std::make_shared<TailOptions>();
  CLI::App* command = app.add_subcommand("tail", "Shows the events of a run.");
  command->add_option("--run", options->run, "the workflow run's id")->required()->type_name("R");
  command->add_flag("--follow", options->follow, "goes on until the run has ended, or Ctrl-C");
  command->add_option("--cursor", options->cursor, "begins after this place")->type_name("C");
  command->add_flag("--json", options->json, "one event as JSON per line");
  add_shared(*command, options->shared);
  command->footer(
      "Exit codes: 0 all events are shown; 1 the run is unknown or the backend cannot be read;\n"
      "2 wrong options or configuration; 130 Ctrl-C before the run had ended (--follow).");
  command->final_callback([options, &status] { status = tail(*options); });
}

}  // namespace trace::cli
