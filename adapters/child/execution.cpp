#include "child/execution.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>

#include <exception>
#include <optional>
#include <thread>
#include <utility>

namespace trace {

struct Execution::State {
  ~State() {
    stop.request_stop();
    if (thread.joinable()) thread.join();
  }

  child::Loop loop;
  std::stop_source stop;
  std::stop_source kill;
  std::optional<std::stop_callback<std::function<void()>>> on_their_stop;
  std::optional<std::stop_callback<std::function<void()>>> on_their_kill;
  std::optional<Ended> ended;  // the thread's until it is joined
  std::thread thread;
};

namespace child {

void start_without_signals(std::thread& thread, std::function<void()> body) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread = std::thread(std::move(body));
  } catch (...) {
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::pthread_setname_np(thread.native_handle(), "shiptrace-child");
}

namespace {

Ended failed(Node& node, std::string code, std::string text) {
  node.failed({.message = text, .code = code});
  return Ended({.code = std::move(code), .text = std::move(text)});
}

}  // namespace

Execution start_execution(Node node, StopTokens stop, Work work) {
  auto state = std::make_unique<Execution::State>();
  Execution::State& ours = *state;
  ours.on_their_stop.emplace(std::move(stop.stop), [&ours] { ours.stop.request_stop(); });
  ours.on_their_kill.emplace(std::move(stop.kill), [&ours] { ours.kill.request_stop(); });
  const auto shared = std::make_shared<Node>(std::move(node));
  try {
    start_without_signals(ours.thread, [&ours, shared, work = std::move(work)] {
      try {
        ours.ended =
            work(std::move(*shared), ours.loop, {ours.stop.get_token(), ours.kill.get_token()});
      } catch (const std::exception& error) {  // of the host program's tap, or no memory
        ours.ended = Ended({.code = "ABANDONED", .text = error.what()});
      }
    });
  } catch (const std::exception& error) {
    ours.ended = failed(*shared, "COMMAND_NOT_EXECUTABLE",
                        fmt::format("cannot start a thread: {}", error.what()));
  }
  return Execution(std::move(state));
}

}  // namespace child

Execution::Execution(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Execution::Execution(Execution&&) noexcept = default;
Execution& Execution::operator=(Execution&&) noexcept = default;
Execution::~Execution() = default;

void Execution::stop() noexcept { state_->stop.request_stop(); }
void Execution::kill() noexcept { state_->kill.request_stop(); }

Ended Execution::wait() {
  if (state_->thread.joinable()) state_->thread.join();
  return *state_->ended;
}

int Ended::exit_status() const noexcept {
  constexpr int not_started = 125;
  const std::string_view code = facts_.code;
  if (code.empty()) return 0;
  if (code == "TIMEOUT") return 124;
  if (code == "CANCELLED") return 130;
  if (code == "OUTPUT_INVALID") return 1;  // it exited with 0
  if (code == "COMMAND_NOT_FOUND") return 127;
  if (code == "COMMAND_NOT_EXECUTABLE") return 126;
  if (code == "DOCKER_UNAVAILABLE" || code == "IMAGE_NOT_FOUND") return not_started;
  if (facts_.signal) return 128 + *facts_.signal;
  return facts_.exit_code.value_or(not_started);
}

}  // namespace trace
