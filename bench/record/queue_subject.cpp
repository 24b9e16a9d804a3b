// SPDX-License-Identifier: Apache-2.0
// The plain hand-over: an object of 256 bytes through moodycamel::ConcurrentQueue with a producer
// token, no time stamp, no formatting; a thread takes them out in bulk and forgets them.
#include <concurrentqueue.h>

#include <array>
#include <chrono>
#include <cstring>
#include <thread>

#include "record/subject.hpp"

namespace trace::bench {
namespace {

struct Object {
  std::uint64_t number;
  std::array<char, 248> text;
};

using Queue = moodycamel::ConcurrentQueue<Object>;

class QueueProducer final : public ProducerOf<QueueProducer> {
 public:
  explicit QueueProducer(Queue& queue) : queue_(queue), token_(queue) {}

  void record(std::uint64_t number) {
    Object object;
    object.number = number;
    std::memcpy(object.text.data(), text.data(), text.size());
    queue_.enqueue(token_, object);
  }

 private:
  Queue& queue_;
  moodycamel::ProducerToken token_;
};

class QueueSubject final : public Subject {
 public:
  QueueSubject() : consumer_([this](const std::stop_token& stop) { consume(stop); }) {}

  std::unique_ptr<Producer> producer() override { return std::make_unique<QueueProducer>(queue_); }
  void settle() override {
    using namespace std::chrono_literals;
    while (queue_.size_approx() > 0) std::this_thread::sleep_for(1ms);
  }

 private:
  void consume(const std::stop_token& stop) {
    std::vector<Object> taken(256);
    moodycamel::ConsumerToken token(queue_);
    while (!stop.stop_requested()) {
      if (queue_.try_dequeue_bulk(token, taken.begin(), taken.size()) == 0) {
        std::this_thread::sleep_for(std::chrono::microseconds(500));
      }
    }
  }

  Queue queue_{100'000};
  std::jthread consumer_;
};

std::unique_ptr<Subject> make(const std::string&) { return std::make_unique<QueueSubject>(); }

const bool registered = add_subject({"moodycamel, 256-byte objects", "heap", make});

}  // namespace
}  // namespace trace::bench
