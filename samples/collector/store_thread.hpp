// The store thread: SQLite blocks, and live streams must not stand still while it does. Everything
// that touches the store runs here, one job after the other, and hands its result back to the
// I/O thread.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <utility>

namespace trace::collector {

class StoreThread {
 public:
  // Runs `job` on the store thread, then `then` with its result on `executor`, whose context does
  // not run out of work before. `job` must not throw. Any thread.
  template <class Executor, class Job, class Then>
  void run(const Executor& executor, Job job, Then then) {
    auto work = boost::asio::make_work_guard(executor);
    boost::asio::post(pool_, [job = std::move(job), then = std::move(then),
                              work = std::move(work)]() mutable {
      auto answer = [result = job(), then = std::move(then)]() mutable { then(std::move(result)); };
      boost::asio::post(work.get_executor(), std::move(answer));
    });
  }

  // Waits for the jobs that were given. No more may come.
  void join() { pool_.join(); }

 private:
  boost::asio::thread_pool pool_{1};
};

}  // namespace trace::collector
