// SPDX-License-Identifier: Apache-2.0
// StoreThreads: where the parts of a call begin and end.
#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <thread>

#include "collector/store/store_threads.hpp"

using namespace std::chrono_literals;

TEST_CASE("a job is destroyed before its completion begins") {
  boost::asio::io_context io;
  trace::collector::store::StoreThreads threads(1);
  std::atomic<bool> has_completed = false;
  std::atomic<bool> outlived = false;
  int result = 0;
  {
    // Gives a completion that begins too early the time to be seen.
    std::shared_ptr<void> owned(nullptr, [&](void*) {
      const auto end = std::chrono::steady_clock::now() + 200ms;
      while (!has_completed && std::chrono::steady_clock::now() < end) std::this_thread::yield();
      outlived = has_completed.load();
    });
    threads.run(
        io.get_executor(), [owned = std::move(owned)] { return 7; },
        [&](int value) {
          result = value;
          has_completed = true;
        });
  }
  io.run();
  threads.join();
  CHECK(result == 7);
  CHECK_FALSE(outlived);
}
