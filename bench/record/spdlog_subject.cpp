// SPDX-License-Identifier: Apache-2.0
// spdlog's asynchronous logger with its own defaults (a queue of 8,192, the caller waits when it is
// full) into a sink that forgets. It formats on the caller's thread.
#include <spdlog/async.h>
#include <spdlog/sinks/null_sink.h>

#include <chrono>
#include <thread>

#include "record/subject.hpp"

namespace trace::bench {
namespace {

class SpdlogProducer final : public ProducerOf<SpdlogProducer> {
 public:
  explicit SpdlogProducer(spdlog::logger& logger) : logger_(logger) {}
  void record(std::uint64_t number) { logger_.info("{} {} {} {}", run_id, node_id, number, text); }

 private:
  spdlog::logger& logger_;
};

class SpdlogSubject final : public Subject {
 public:
  std::unique_ptr<Producer> producer() override {
    return std::make_unique<SpdlogProducer>(*logger_);
  }
  void settle() override {
    using namespace std::chrono_literals;
    while (pool_->queue_size() > 0) std::this_thread::sleep_for(1ms);
  }

 private:
  std::shared_ptr<spdlog::details::thread_pool> pool_ =
      std::make_shared<spdlog::details::thread_pool>(spdlog::details::default_async_q_size, 1);
  std::shared_ptr<spdlog::async_logger> logger_ = std::make_shared<spdlog::async_logger>(
      "bench", std::make_shared<spdlog::sinks::null_sink_mt>(), pool_);
};

std::unique_ptr<Subject> make(const std::string&) { return std::make_unique<SpdlogSubject>(); }

const bool registered = add_subject({"spdlog async", "heap", make});

}  // namespace
}  // namespace trace::bench
