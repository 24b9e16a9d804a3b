// SPDX-License-Identifier: Apache-2.0
#include "emitter/tail/follower.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <stop_token>
#include <utility>

#include "emitter/commands/verdict.hpp"
#include "emitter/output/exit.hpp"
#include "emitter/output/text.hpp"

namespace trace::cli::tail {
namespace {

using namespace std::chrono_literals;

constexpr auto first_pause = 250ms;
constexpr auto longest_pause = std::chrono::milliseconds(5s);
constexpr auto give_up_after = 60s;

// The member of a JSON object that is a text; empty: there is none.
std::string text_in(const std::string& json, std::string_view name) {
  simdjson::dom::parser parser;
  std::string_view text;
  if (parser.parse(json)[name].get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

}  // namespace

Follower::Follower(backend::Backend& backend, Options options, const StopSignals& stop,
                   EventPrinter& printer)
    : backend_(backend),
      options_(std::move(options)),
      stop_(stop),
      printer_(printer),
      pause_(first_pause) {}

int Follower::follow() {
  const std::stop_callback interrupt(stop_.any(), [this] { backend_.interrupt(); });
  if (options_.is_new) say_waiting();
  while (!stop_.requested()) {
    backend::SseParser parser;
    connected_ = false;
    int http_status = 0;
    const auto ended = backend_.stream(
        path(),
        [&](std::string_view bytes) {
          connected_ = true;
          return parser.feed(bytes, [&](backend::ServerSentEvent& event) { return take(event); });
        },
        http_status);
    if (status_) return *status_;
    if (stop_.requested()) break;
    if (!may_reconnect(ended, http_status)) return output::fail(ended.error().text());
    wait(pause_);
    pause_ = std::min(pause_ * 2, longest_pause);
  }
  return stop_.exit_status();
}

bool Follower::may_reconnect(const Result<bool>& ended, int http_status) {
  if (connected_) {
    last_success_ = Clock::now();
    pause_ = first_pause;
    return true;
  }
  if (ended) return true;
  if (http_status == 404 && !has_been_seen_) {
    // A backend that does not keep the stream of an unknown run open.
    say_waiting();
    last_success_ = Clock::now();
    return true;
  }
  if (backend::is_refusal(http_status) || Clock::now() - last_success_ > give_up_after) {
    return false;
  }
  if (!std::exchange(said_lost_, true)) {
    say(fmt::format("{}; trying again", ended.error().text()));
  }
  return true;
}

std::string Follower::path() const {
  return backend::run_path(options_.run,
                           options_.cursor.empty()
                               ? "/stream"
                               : "/stream?cursor=" + http::percent_encoded(options_.cursor));
}

bool Follower::take(backend::ServerSentEvent& event) {
  if (event.name == "trace") {
    const auto events = page_.read(event.data, [&](auto& object) { printer_.take(object); });
    if (!events) return end(output::fail(events.error().text()));
    if (page_.cursor()) options_.cursor = *page_.cursor();
    has_been_seen_ = true;
    said_lost_ = false;
    return printer_.flush() || end(exit_code::failed);
  }
  if (event.name == "status") {
    auto status = parse_run_status(event.data);
    if (status) last_status_ = std::move(*status);
    return true;
  }
  if (event.name == "complete") return complete(event.data);
  if (event.name == "error") {
    // The backend closes the stream, and we reconnect with the cursor.
    if (!std::exchange(said_lost_, true)) {
      say(fmt::format("the backend ended the stream: {}; trying again",
                      text_in(event.data, "message")));
    }
  }
  return true;  // ready, and events of later versions
}

bool Follower::complete(const std::string& json) {
  const std::string name = text_in(json, "status");
  std::string text = "the run has ended: " + name;
  if (last_status_ && last_status_->failure) text += ": " + last_status_->failure->reason;
  say(text);
  if (!options_.exit_status) return end(exit_code::ok);
  const auto verdict = run_status_from_name(name);
  return end(verdict ? commands::exit_status_of(*verdict) : exit_code::failed);
}

bool Follower::end(int status) {
  status_ = status;
  return false;
}

void Follower::say_waiting() {
  if (std::exchange(said_waiting_, true)) return;
  say(fmt::format("waiting for run {}; {} does not know it yet", options_.run,
                  backend_.endpoint()));
}

void Follower::say(const std::string& text) const {
  if (!options_.quiet) fmt::print(stderr, "{}\n", output::printable(text));
}

void Follower::wait(std::chrono::milliseconds pause) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop_.any(), pause, [] { return false; });
}

}  // namespace trace::cli::tail
