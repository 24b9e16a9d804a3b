// A record() that interrupts a record() of the same thread is refused; no torn record is left.
#include <doctest/doctest.h>
#include <sys/time.h>

#include <atomic>
#include <cerrno>
#include <csignal>

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

}  // namespace

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
  // The refused ones are told in the stream.
  std::erase_if(events, [](const EventPayload& event) { return event.data.has_value(); });
  const Stats stats = session.stats();
  CHECK(accepted == 300'001);
  CHECK(events.size() == accepted + from_handler);
  CHECK(stats.accepted == events.size());
  CHECK(stats.dropped == stats.dropped_by[static_cast<std::size_t>(DropReason::nested)]);
  CHECK(from_handler + stats.dropped > 0);
}
