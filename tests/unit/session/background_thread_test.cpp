// SPDX-License-Identifier: Apache-2.0
// Which signals the SDK's own threads block.
#include <doctest/doctest.h>

#include <pthread.h>

#include <csignal>

#include <trace/detail/background_thread.hpp>

namespace trace::detail {
namespace {

constexpr int synchronous[] = {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGSYS};
constexpr int asynchronous[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGUSR1, SIGALRM};

sigset_t own_mask() {
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return mask;
}

}  // namespace

TEST_CASE("a background thread blocks asynchronous signals and no synchronous one") {
  sigset_t blocked;
  sigemptyset(&blocked);
  SUBCASE("of a thread that blocks none") {}
  SUBCASE("of a thread that blocks synchronous ones itself") { sigaddset(&blocked, SIGBUS); }
  sigset_t before;
  pthread_sigmask(SIG_SETMASK, &blocked, &before);
  sigset_t seen;
  BackgroundThread("test", [&] { seen = own_mask(); }).join();
  const sigset_t after = own_mask();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);

  for (const int number : synchronous) CHECK(sigismember(&seen, number) == 0);
  for (const int number : asynchronous) CHECK(sigismember(&seen, number) == 1);
  // The caller has what it had.
  CHECK(sigismember(&after, SIGBUS) == sigismember(&blocked, SIGBUS));
  for (const int number : asynchronous) CHECK(sigismember(&after, number) == 0);
}

}  // namespace trace::detail
