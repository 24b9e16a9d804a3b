// SPDX-License-Identifier: Apache-2.0
#include "child/execution.hpp"

#include <fmt/format.h>
#include <trace/detail/background_thread.hpp>
#include <trace/record.hpp>

#include <exception>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include "child/spawn.hpp"

namespace trace {

static constexpr const char* abandoned = "ABANDONED";
static constexpr const char* out_of_memory = "out of memory";

struct Execution::State {
  explicit State(Node& node)
      : ended({.code = child::resource_exhausted, .text = out_of_memory}),
        captured{std::move(node)} {}
  ~State() {
    request(StopReason::shutdown);
    thread.join();
  }

  // The first reason counts.
  void request(StopReason reason) noexcept {
    const bool by_user = reason == StopReason::user;
    if ((by_user ? shutdown : stop).stop_requested()) return;
    (by_user ? stop : shutdown).request_stop();
  }

  child::Loop loop;
  std::stop_source stop;
  std::stop_source shutdown;
  std::stop_source kill;
  std::optional<std::stop_callback<std::function<void()>>> on_their_stop;
  std::optional<std::stop_callback<std::function<void()>>> on_their_shutdown;
  std::optional<std::stop_callback<std::function<void()>>> on_their_kill;
  // Owned by the thread until it is joined. Keeps this value if memory runs out.
  Ended ended;
  // Constructed last: until then the caller owns the node.
  child::CapturedNode captured;
  detail::BackgroundThread thread;
};

namespace child {
namespace {

// Records the failure without allocating, so that it works when memory is exhausted. Does nothing
// if the node has already ended.
void record_failed(CapturedNode& captured, std::string_view code, std::string_view text) noexcept {
  if (captured.ended) return;
  if (!captured.started) captured.node.started();
  record(captured.node, {.type = Type::failed,
                         .level = Level::error,
                         .message = text,
                         .error_message = text,
                         .error_code = code,
                         .data = code == resource_exhausted
                                     ? std::optional<std::string_view>(R"({"retryable":true})")
                                     : std::nullopt});
}

// Ends the execution, and the node unless it has ended.
void fail(Execution::State& ours, const char* code, std::string text) {
  if (ours.captured.ended) {
    ours.ended = std::move(*ours.captured.end);
    return;
  }
  Ended ended({.code = code, .text = std::move(text)});
  record_failed(ours.captured, ended.code(), ended.text());
  ours.ended = std::move(ended);
}

void work_on(Execution::State& ours, const Work& work) noexcept {
  try {
    try {
      ours.loop.open();
      ours.ended = work(ours.captured, ours.loop,
                        {ours.stop.get_token(), ours.shutdown.get_token(), ours.kill.get_token()});
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::system_error& error) {
      fail(ours, is_exhaustion(error.code().value()) ? resource_exhausted : abandoned,
           error.what());
    } catch (const std::exception& error) {  // from the host's tap
      fail(ours, abandoned, error.what());
    }
  } catch (const std::bad_alloc&) {
    if (ours.captured.ended) ours.ended = std::move(*ours.captured.end);
    record_failed(ours.captured, resource_exhausted, out_of_memory);
  }
  ours.captured.node.detach();  // already ended
}

}  // namespace

void end_unstarted(Node& node) noexcept {
  CapturedNode captured{std::move(node)};
  record_failed(captured, resource_exhausted, out_of_memory);
}

Execution start_execution(Node& node, StopTokens stop, Work work) {
  auto state = std::make_unique<Execution::State>(node);
  Execution::State& ours = *state;
  try {
    ours.on_their_stop.emplace(std::move(stop.stop), [&ours] { ours.request(StopReason::user); });
    ours.on_their_shutdown.emplace(std::move(stop.shutdown),
                                   [&ours] { ours.request(StopReason::shutdown); });
    ours.on_their_kill.emplace(std::move(stop.kill), [&ours] { ours.kill.request_stop(); });
    ours.thread = detail::BackgroundThread(
        "shiptrace-child", [&ours, work = std::move(work)] { work_on(ours, work); });
  } catch (const std::system_error& error) {
    fail(ours, resource_exhausted, fmt::format("cannot start a thread: {}", error.what()));
  } catch (const std::bad_alloc&) {
    record_failed(ours.captured, resource_exhausted, out_of_memory);
  }
  return Execution(std::move(state));
}

}  // namespace child

Execution::Execution(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Execution::Execution(Execution&&) noexcept = default;
Execution& Execution::operator=(Execution&&) noexcept = default;
Execution::~Execution() = default;

void Execution::stop(StopReason reason) noexcept { state_->request(reason); }
void Execution::kill() noexcept { state_->kill.request_stop(); }

Ended Execution::wait() {
  state_->thread.join();
  return state_->ended;
}

int Ended::exit_status() const noexcept {
  constexpr int not_started = 125;
  const std::string_view code = facts_.code;
  if (code.empty()) return 0;
  if (code == "TIMEOUT") return 124;
  if (code == "CANCELLED") return 130;
  if (code == "WORKER_STOPPED") return 143;  // as if SIGTERM had ended us
  if (code == "OUTPUT_INVALID") return 1;    // although the process exited with 0
  if (code == "COMMAND_NOT_FOUND") return 127;
  if (code == "COMMAND_NOT_EXECUTABLE") return 126;
  if (code == "DOCKER_UNAVAILABLE" || code == "IMAGE_NOT_FOUND" ||
      code == child::resource_exhausted) {
    return not_started;
  }
  if (facts_.signal) return 128 + *facts_.signal;
  return facts_.exit_code.value_or(not_started);
}

}  // namespace trace
