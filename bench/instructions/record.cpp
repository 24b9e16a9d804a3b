// SPDX-License-Identifier: Apache-2.0
// The hot path with a fixed amount of work, for counting instructions: record(), while the backend
// accepts nothing. Includes the work of the keeper for the slabs.
//
//   shiptrace_bench_count_record --events N
#include <fmt/format.h>
#include <trace/trace.hpp>

#include <condition_variable>
#include <mutex>

#include "instructions/events_option.hpp"
#include "record/event.hpp"

namespace {

// Keeps the shipper in its first send until the end.
class SilentTransport final : public trace::Transport {
 public:
  trace::SendResult send(const trace::Batch&,
                         std::chrono::steady_clock::time_point) noexcept override {
    std::unique_lock lock(mutex_);
    interrupted_.wait(lock, [&] { return ended_; });
    trace::SendResult result;
    result.kind = trace::SendResult::Kind::interrupted;
    return result;
  }
  void interrupt() noexcept override {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    interrupted_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable interrupted_;
  bool ended_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  using namespace trace::bench;
  const std::uint64_t events = events_option(argc, argv);
  trace::Config config;
  // Nowhere: the journal is in memory. valgrind cannot follow the mapping of the file.
  config.journal_dir = "/proc/shiptrace";
  config.on_diagnostic = [](const trace::Diagnostic&) {};
  trace::Dependencies dependencies;
  dependencies.transport = std::make_unique<SilentTransport>();
  auto session = trace::Session::start(std::move(config), std::move(dependencies));
  if (!session) {
    fmt::print(stderr, "{}\n", session.error().text());
    return 1;
  }
  const trace::Node node = session->run(run_id).node(node_id);
  for (std::uint64_t n = 0; n < events; ++n) {
    trace::record(node, trace::Type::progress, trace::Level::info, "{} {}", n, text);
  }
  session->close(std::chrono::milliseconds(0));
}
