// SPDX-License-Identifier: Apache-2.0
// The worker of the volume test: captures a child that prints numbered lines, delivers them, and
// prints what it needed, a name and a number per line. A process of its own, so that the memory is
// the SDK's alone.
//
//   shiptrace_volume_worker ENDPOINT JOURNAL_DIR LINES whole|limited
//   shiptrace_volume_worker --print LINES                              the child
#include <fmt/format.h>
#include <trace/capture.hpp>
#include <trace/trace.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <trace/http.hpp>
#include "emitter/input/integer.hpp"
#include "support/own_memory.hpp"
#include "volume/numbered_lines.hpp"

namespace {

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// The most memory that was seen while the first half of the lines came, and from then on.
class MemoryWatch {
 public:
  explicit MemoryWatch(std::uint64_t bytes_to_come)
      : half_(bytes_to_come / 2), thread_([this](const std::stop_token& stop) { watch(stop); }) {}

  void came(std::size_t bytes) noexcept { bytes_.fetch_add(bytes); }
  void stop() {
    thread_.request_stop();
    thread_.join();
  }

  struct Most {
    std::uint64_t heap = 0;
    std::uint64_t anonymous = 0;
    std::uint64_t looks = 0;
  };
  // After stop().
  const Most& first_half() const noexcept { return first_; }
  const Most& later() const noexcept { return later_; }

 private:
  void look() {
    Most& most = bytes_.load() < half_ ? first_ : later_;
    most.heap = std::max(most.heap, heap_bytes());
    most.anonymous = std::max(most.anonymous, anonymous_bytes());
    ++most.looks;
  }
  void watch(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    do {
      look();
    } while (!stopped.wait_for(lock, stop, 5ms, [&] { return stop.stop_requested(); }));
    look();
  }

  const std::uint64_t half_;
  std::atomic<std::uint64_t> bytes_{0};
  Most first_;
  Most later_;
  std::jthread thread_;
};

Session start(const char* endpoint, const char* journal_dir) {
  Config config;
  config.endpoint = endpoint;
  config.journal_dir = journal_dir;
  config.when_full = WhenFull::block;
  Dependencies dependencies;
  dependencies.transports.add(http::transport_type());
  auto session = Session::start(std::move(config), std::move(dependencies));
  if (!session) throw std::runtime_error(session.error().text());
  return std::move(*session);
}

int work(char** argv, std::uint64_t lines) {
  Session session = start(argv[1], argv[2]);
  auto run = session.run("volume");
  MemoryWatch memory(lines * line_bytes);
  ProcessSpec spec;
  spec.argv = {"/proc/self/exe", "--print", std::to_string(lines)};
  spec.tap = [&](Stream, std::string_view bytes) { memory.came(bytes.size()); };
  if (std::string_view(argv[4]) == "whole") spec.limits.head_bytes = CaptureLimits::unlimited;
  const auto began = Clock::now();
  const Ended ended = run_process(run.node("printer"), std::move(spec));
  const auto printed = Clock::now();
  if (!ended.ok()) throw std::runtime_error("the child: " + std::string(ended.text()));
  if (!session.flush(20min)) throw std::runtime_error("not everything was delivered");
  const auto delivered = Clock::now();
  memory.stop();
  const Closed closed = session.close(1min);
  const Stats stats = session.stats();
  const auto tell = [](std::string_view name, std::uint64_t number) {
    fmt::print("{} {}\n", name, number);
  };
  const auto since_began = [&](Clock::time_point then) {
    return static_cast<std::uint64_t>(std::chrono::milliseconds((then - began) / 1ms).count());
  };
  tell("printed_ms", since_began(printed));
  tell("delivered_ms", since_began(delivered));
  tell("dropped", stats.dropped + stats.lost + closed.kept);
  tell("events", stats.acknowledged);
  tell("looks", std::min(memory.first_half().looks, memory.later().looks));
  tell("heap_first_half", memory.first_half().heap);
  tell("heap_later", memory.later().heap);
  tell("anonymous_first_half", memory.first_half().anonymous);
  tell("anonymous_later", memory.later().anonymous);
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  const bool prints = argc == 3 && std::string_view(argv[1]) == "--print";
  const auto lines =
      prints || argc == 5 ? cli::input::integer_from_text(argv[prints ? 2 : 3]) : std::nullopt;
  if (!lines) {
    fmt::print(stderr, "usage: {} ENDPOINT JOURNAL_DIR LINES whole|limited\n", argv[0]);
    return 2;
  }
  return prints ? (print_lines(*lines) ? 0 : 1) : work(argv, *lines);
} catch (const std::exception& error) {
  fmt::print(stderr, "the worker failed: {}\n", error.what());
  return 1;
}
