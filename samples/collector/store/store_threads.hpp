// SPDX-License-Identifier: Apache-2.0
// StoreThreads: runs blocking store calls beside the I/O thread and delivers each result to it, so
// that connections and live streams go on while the database is slow. As many threads as the store
// allows; with one (SQLite) jobs run in the order in which they were submitted.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <utility>

namespace trace::collector::store {

class StoreThreads {
 public:
  explicit StoreThreads(std::size_t count) : pool_(count) {}

  // Runs `job` on a store thread, then `completion` with its result on `executor`, whose context
  // is kept running until then. The job ends before the completion begins, so what only the
  // completion still owns is destroyed on the executor's thread. `job` must not throw. Any thread.
  template <class Executor, class Job, class Completion>
  void run(const Executor& executor, Job job, Completion completion) {
    auto work = boost::asio::make_work_guard(executor);
    boost::asio::post(pool_, [job = std::move(job), completion = std::move(completion),
                              work = std::move(work)]() mutable {
      auto deliver = [result = result_of(job), completion = std::move(completion)]() mutable {
        completion(std::move(result));
      };
      boost::asio::post(work.get_executor(), std::move(deliver));
    });
  }

  // Waits for the submitted jobs. No more may be submitted.
  void join() { pool_.join(); }

 private:
  template <class Job>
  static auto result_of(Job& job) {
    Job last = std::move(job);
    return last();
  }

  boost::asio::thread_pool pool_;
};

}  // namespace trace::collector::store
