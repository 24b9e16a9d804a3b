// SPDX-License-Identifier: Apache-2.0
// A record() that interrupts a record() of the same thread is refused; no torn record is left.
#include <doctest/doctest.h>
#include <sys/time.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <thread>

#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

std::atomic<const Node*> interrupted{nullptr};
std::atomic<std::uint64_t> from_handler{0};

void handler(int) {
  const int before = errno;
  if (const Node* node = interrupted.load()) {
    if (record(*node, Type::progress, Level::info, "handler") == Outcome::accepted) ++from_handler;
  }
  errno = before;
}

std::atomic<std::uint64_t> refused{0};

void handler_of_another_session(int) {
  const int before = errno;
  if (const Node* node = interrupted.load()) {
    refused += record(*node, Type::progress, Level::info, "handler") == Outcome::dropped;
  }
  errno = before;
}

}  // namespace

TEST_CASE("a handler cannot record for another session while one record is under way") {
  RecordedSession full({.journal_budget = 4 << 20, .when_full = WhenFull::block});
  RecordedSession other;
  auto node = full.run().node("n");
  auto node_of_other = other.run().node("n");
  record(node_of_other, Type::progress, Level::info, "first");
  full.break_backend();
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = handler_of_another_session;
  sigaction(SIGALRM, &action, &before);
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  pthread_sigmask(SIG_BLOCK, &alarm, nullptr);
  std::jthread healer([&] {  // as soon as record() waits for room, and was interrupted
    while (refused < 10) std::this_thread::yield();
    full.heal_backend();
  });
  pthread_sigmask(SIG_UNBLOCK, &alarm, nullptr);
  interrupted = &node_of_other;
  const itimerval often{{0, 1000}, {0, 1000}};
  const itimerval never{};
  setitimer(ITIMER_REAL, &often, nullptr);
  const std::string text(1000, 'x');
  int accepted = 0;
  for (int i = 0; i < 6000; ++i) {
    accepted += record(node, Type::progress, Level::info, "{}", text) == Outcome::accepted;
  }
  setitimer(ITIMER_REAL, &never, nullptr);
  interrupted = nullptr;
  sigaction(SIGALRM, &before, nullptr);
  CHECK(accepted == 6000);
  CHECK(full.events().size() == 6000);
  CHECK(other.stats().dropped_by[static_cast<std::size_t>(DropReason::nested)] == refused);
}

TEST_CASE("record in a signal handler never harms the record that it interrupts") {
  RecordedSession session({.when_full = WhenFull::block});
  auto node = session.run().node("n");
  record(node, Type::progress, Level::info, "first");
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = handler;
  sigaction(SIGALRM, &action, &before);
  interrupted = &node;
  const itimerval often{{0, 50}, {0, 50}};
  const itimerval never{};
  setitimer(ITIMER_REAL, &often, nullptr);
  std::uint64_t accepted = 1;
  for (int i = 0; i < 300'000; ++i) {
    accepted += record(node, Type::progress, Level::info, "{} {}", i, "text") == Outcome::accepted;
  }
  setitimer(ITIMER_REAL, &never, nullptr);
  interrupted = nullptr;
  sigaction(SIGALRM, &before, nullptr);
  auto events = session.events();
  // The refused ones are reported in the stream.
  std::erase_if(events, [](const EventPayload& event) { return event.data.has_value(); });
  const Stats stats = session.stats();
  CHECK(accepted == 300'001);
  CHECK(events.size() == accepted + from_handler);
  CHECK(stats.accepted == events.size());
  CHECK(stats.dropped == stats.dropped_by[static_cast<std::size_t>(DropReason::nested)]);
  CHECK(from_handler + stats.dropped > 0);
}
