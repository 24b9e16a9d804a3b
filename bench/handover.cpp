// SPDX-License-Identifier: Apache-2.0
// Compares what passes through the queue between recording threads and the shipper: single events
// or slabs of many? Two producers hand 200-byte events to one consumer in four ways; the cost is
// the producer's mean per event. The figures are quoted by
// docs/decisions/0001-slabs-through-queues.md.
#include <concurrentqueue.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/report.hpp"
#include "support/statistics.hpp"

namespace {

constexpr std::size_t events_per_producer = 1'000'000;
constexpr int rounds = 7;
constexpr std::size_t event_bytes = 200;
constexpr std::size_t slab_bytes = 256 * 1024;

struct Event {
  std::array<char, event_bytes> bytes;
};

struct Strings {
  std::string run, node, message;
};

struct Slab {
  std::vector<char> data = std::vector<char>(slab_bytes);
  std::atomic<std::size_t> committed{0};
};

// Produces on two threads, consumes on a third; returns the producers' mean ns per event.
template <class Produce, class Consume>
double measured(Produce produce, Consume consume) {
  std::atomic<bool> done{false};
  std::thread consumer([&] {
    while (!done.load(std::memory_order_acquire)) consume();
    consume();
  });
  std::array<double, 2> ns{};
  std::array<std::thread, 2> producers;
  for (std::size_t i = 0; i < 2; ++i) {
    producers[i] = std::thread([&, i] {
      const auto start = std::chrono::steady_clock::now();
      produce();
      ns[i] = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start)
                  .count() /
              events_per_producer;
    });
  }
  for (std::thread& producer : producers) producer.join();
  done.store(true, std::memory_order_release);
  consumer.join();
  return (ns[0] + ns[1]) / 2;
}

double events_by_value() {
  moodycamel::ConcurrentQueue<Event> queue(1 << 16);
  return measured(
      [&] {
        const moodycamel::ProducerToken token(queue);
        Event event{};
        for (std::size_t i = 0; i < events_per_producer; ++i) {
          std::memcpy(event.bytes.data(), &i, sizeof i);
          queue.enqueue(token, event);
        }
      },
      [&] {
        Event event;
        while (queue.try_dequeue(event)) {
        }
      });
}

double events_on_the_heap() {
  moodycamel::ConcurrentQueue<std::unique_ptr<Strings>> queue(1 << 16);
  return measured(
      [&] {
        const moodycamel::ProducerToken token(queue);
        for (std::size_t i = 0; i < events_per_producer; ++i) {
          auto event = std::make_unique<Strings>();
          event->run = "shipsec-run-7f3a-11111111111111111111";
          event->node = "subfinder-1-aaaaaaaa";
          event->message.assign(100, 'x');
          queue.enqueue(token, std::move(event));
        }
      },
      [&] {
        std::unique_ptr<Strings> event;
        while (queue.try_dequeue(event)) {
        }
      });
}

double slabs() {
  moodycamel::ConcurrentQueue<Slab*> ready(64);
  moodycamel::ConcurrentQueue<Slab*> opened(64);
  std::vector<std::unique_ptr<Slab>> all;
  for (int i = 0; i < 64; ++i) {
    all.push_back(std::make_unique<Slab>());
    ready.enqueue(all.back().get());
  }
  return measured(
      [&] {
        const moodycamel::ProducerToken token(opened);
        Slab* slab = nullptr;
        std::size_t at = slab_bytes;
        std::array<char, event_bytes> event{};
        for (std::size_t i = 0; i < events_per_producer; ++i) {
          if (at + event_bytes > slab_bytes) {
            if (slab != nullptr) opened.enqueue(token, slab);
            while (!ready.try_dequeue(slab)) std::this_thread::yield();
            at = 0;
          }
          std::memcpy(event.data(), &i, sizeof i);
          std::memcpy(slab->data.data() + at, event.data(), event_bytes);
          at += event_bytes;
          slab->committed.store(at, std::memory_order_release);
        }
        opened.enqueue(token, slab);
      },
      [&] {
        Slab* slab = nullptr;
        while (opened.try_dequeue(slab)) ready.enqueue(slab);
      });
}

void report(const char* name, double (*run)()) {
  std::vector<double> ns;
  ns.reserve(rounds);
  for (int i = 0; i < rounds; ++i) ns.push_back(run());
  trace::bench::Report("handover")
      .add(trace::bench::Case().with("object", name), "mean", "ns",
           trace::bench::median(std::move(ns)));
}

}  // namespace

int main() {
  report("events by value (200 B), producer tokens", events_by_value);
  report("events on the heap, three strings", events_on_the_heap);
  report("slabs of 256 KiB, one store per event", slabs);
}
