// SPDX-License-Identifier: Apache-2.0
// Trials of what happens within a process: threads, ends, signals, clocks, descriptors.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "faults/life/worker.hpp"
#include "journal/file.hpp"
#include "support/collector.hpp"
#include "time/wall_time.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

void short_lived_threads(Trial& trial) {
  constexpr int threads = 10'000;
  const Workplace place;
  Session session = start(place.config());
  const Node node = session.run("run").node("node");
  for (int i = 0; i < threads; i += 2) {
    std::thread one([&] { record(node, Type::progress, Level::info, "event {}", i); });
    std::thread two([&] { record(node, Type::progress, Level::info, "event {}", i + 1); });
    one.join();
    two.join();
  }
  trial.expect_equal(session.close(30s).kept, 0U, "kept");
  trial.expect_equal(place.count(), std::size_t{threads}, "events");
  trial.note(
      fmt::format("{} threads, {} MiB of journal", threads, session.stats().journal_bytes >> 20));
}

// Records in its destructor and says what came of it.
struct LastWords {
  const Node* node;
  const char* text;
  ~LastWords() {
    const bool accepted =
        record(*node, Type::progress, Level::info, "{}", text) == Outcome::accepted;
    if (accepted != (text[0] == 'b')) _exit(7);
  }
};

void static_destructors(Trial& trial) {
  const Workplace place;
  // exit() runs what static objects do at the end, in the reverse order of their birth.
  const int code = in_child([&] {
    static std::optional<Node> node;
    static LastWords after{nullptr, "after the session"};
    static std::optional<Session> session(start(place.config()));
    node.emplace(session->run("run").node("node"));
    after.node = &*node;
    static LastWords before{&*node, "before its end"};
    record(*node, Type::progress, Level::info, "in time");
    std::exit(0);
    return 1;
  });
  trial.expect_equal(code, 0, "the process's exit");
  const auto delivered = place.delivered();
  trial.expect(!delivered.empty() && delivered.begin()->second ==
                                         std::vector<std::string>{"in time", "before its end"},
               "what was delivered");
  trial.note("accepted before the session's end, dropped after it");
}

void record_after_close(Trial& trial) {
  const Workplace place;
  Session session = start(place.config());
  const Node node = session.run("run").node("node");
  record_numbered(node, "event", 10);
  trial.expect_equal(session.close(20s).kept, 0U, "kept");
  trial.expect_equal(record_numbered(node, "late", 10), 0U, "accepted after close");
  const auto closed = static_cast<std::size_t>(DropReason::closed);
  trial.expect_equal(session.stats().dropped_by[closed], 10U, "counted as closed");
  trial.expect_equal(place.count(), 10U, "events");
  trial.note("10 refused and counted");
}

std::atomic<const Node*> interrupted{nullptr};
std::atomic<std::uint64_t> from_handler{0};

void handler(int) {
  const int error = errno;
  if (const Node* node = interrupted.load()) {
    from_handler += record(*node, Type::progress, Level::info, "handler") == Outcome::accepted;
  }
  errno = error;
}

void record_in_a_handler(Trial& trial) {
  const Workplace place;
  Config config = place.config();
  config.when_full = WhenFull::block;
  Session session = start(config);
  const Node node = session.run("run").node("node");
  record(node, Type::progress, Level::info, "first");
  interrupted = &node;
  std::signal(SIGALRM, handler);
  const itimerval often{{0, 50}, {0, 50}};
  const itimerval never{};
  setitimer(ITIMER_REAL, &often, nullptr);
  const std::uint64_t accepted = 1 + record_numbered(node, "event", 300'000);
  setitimer(ITIMER_REAL, &never, nullptr);
  trial.expect_equal(session.close(60s).kept, 0U, "kept");
  const Stats stats = session.stats();
  trial.expect_equal(accepted, 300'001U, "accepted outside of the handler");
  trial.expect_equal(stats.acknowledged, accepted + from_handler, "delivered");
  trial.note(fmt::format("{} handlers recorded, {} interrupted a record and were refused",
                         from_handler.load(), stats.dropped));
  trial.expect(from_handler + stats.dropped > 100, "the handler hardly ran");
}

// A port that accepts connections into its backlog and never responds, or has no listener.
class DeadPort {
 public:
  explicit DeadPort(bool listens) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
        (listens && listen(socket_, 16) != 0)) {
      throw std::runtime_error("no port");
    }
    port_ = ntohs(address.sin_port);
  }
  ~DeadPort() { ::close(socket_); }
  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }

 private:
  int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
};

void close_keeps_its_bound(Trial& trial, bool listens) {
  const DeadPort port(listens);
  constexpr auto deadline = 300ms;
  auto best = Clock::duration::max();
  // The best of several attempts, because a loaded machine adds delays.
  for (int i = 0; i < 5; ++i) {
    const Workplace place;
    Config config = place.config();
    config.transport = "http";
    config.endpoint = port.url();
    Session session = start(config);
    record_numbered(session.run("run").node("node"), "event", 1000);
    std::this_thread::sleep_for(30ms);  // it is in the middle of sending
    const auto begin = Clock::now();
    const Closed closed = session.close(deadline);
    best = std::min(best, Clock::now() - begin);
    trial.expect_equal(closed.kept, 1000U, "kept");
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(best);
  trial.expect(best <= deadline + 50ms, fmt::format("close took {} ms", took.count()));
  trial.note(fmt::format("{} ms of {} ms, 1000 events kept", took.count(), deadline.count()));
}

void close_unanswered(Trial& trial) { close_keeps_its_bound(trial, true); }
void close_refused(Trial& trial) { close_keeps_its_bound(trial, false); }

void wall_clock_steps(Trial& trial) {
  constexpr std::int64_t second = 1'000'000'000;
  constexpr std::int64_t hour = 3600 * second;
  const auto file = trace::detail::journal::JournalFile::in_memory({"S", "test", ""});
  std::uint64_t stamp = 1000;
  std::int64_t wall = 1'000'000 * second;
  trace::detail::time::WallTime time(file->header().calibrations, stamp, wall, 1.0);
  trace::detail::time::StampConverter converter;
  std::uint64_t converted = stamp;
  std::int64_t reported = wall;
  std::uint64_t back = 0;
  std::uint64_t changed = 0;
  for (int i = 0; i < 3 * 3600; ++i) {
    stamp += static_cast<std::uint64_t>(second);
    wall += second;
    if (i == 100) wall += hour;
    if (i == 200) wall -= hour;
    time.calibrate({stamp, wall, stamp, 0});
    converter.set_points(time.points());
    changed += converter.wall_ns(converted) != reported ? 1 : 0;
    converted = stamp + 500'000'000;
    const std::int64_t now = converter.wall_ns(converted);
    back += now < reported ? 1 : 0;
    reported = now;
    if (i == 110) trial.expect(std::abs(now - wall) < 2 * second, "an hour ahead was not followed");
  }
  trial.expect_equal(back, 0U, "times that stepped back");
  trial.expect_equal(changed, 0U, "stamps whose time a later point changed");
  trial.expect(std::abs(reported - wall) < 2 * second, "an hour back was never caught up");
  trial.note("+1 h followed at once, -1 h slewed, never back");
}

// A file that is opened, or a folder that is read, passes by; what stays is never seen free.
bool becomes_free(int fd) {
  for (const auto end = Clock::now() + 2s; Clock::now() < end; std::this_thread::sleep_for(1ms)) {
    if (fcntl(fd, F_GETFD) == -1) return true;
  }
  return false;
}

void standard_streams_closed(Trial& trial) {
  Collector collector;
  const Workplace place;
  const int code = in_child([&] {
    for (int fd = 0; fd < 3; ++fd) ::close(fd);
    Config config = place.config();
    config.transport = "http";
    config.endpoint = collector.url();
    Session session = start(config);
    record_numbered(session.run("run").node("node"), "event", 100);
    if (!session.flush(20s)) return 1;
    for (int fd = 0; fd < 3; ++fd) {
      if (!becomes_free(fd)) return 2 + fd;  // something of ours is where prints would go
    }
    return session.close(20s).kept == 0 ? 0 : 9;
  });
  trial.expect_equal(code, 0, "the process's exit");
  trial.expect(collector.get("/workflows/runs/run/trace?limit=10000").body.find("event 99") !=
                   std::string::npos,
               "the events are not in the store");
  trial.note("descriptors 0, 1, 2 stay free");
}

void descriptor_limit(Trial& trial) {
  Collector collector;
  const Workplace place;
  Config config = place.config();
  config.transport = "http";
  config.endpoint = collector.url();
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  Session late = start(config);
  const rlimit none{3, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const Node node = late.run("late").node("node");
  record_numbered(node, "event", 1000);
  trial.expect(!late.flush(500ms), "delivered without a socket");
  Session early = start(config);  // its journal finds no descriptor either
  record_numbered(early.run("early").node("node"), "event", 1000);
  setrlimit(RLIMIT_NOFILE, &before);
  trial.expect_equal(late.close(20s).kept, 0U, "kept by the first session");
  trial.expect_equal(early.close(20s).kept, 0U, "kept by the second session");
  trial.expect(place.reported().contains("journal"), "no diagnostic about the journal in memory");
  trial.expect_equal(late.stats().acknowledged + early.stats().acknowledged, 2000U, "delivered");
  trial.note("2000 events, one journal in memory, reported");
}

}  // namespace

std::vector<Fault> process_faults() {
  return {{"10,000 short-lived threads", short_lived_threads},
          {"record from static destructors", static_destructors},
          {"record after close", record_after_close},
          {"record in a handler that interrupted record", record_in_a_handler},
          {"close(300 ms), the backend never responds", close_unanswered},
          {"close(300 ms), connection refused", close_refused},
          {"wall clock stepped by an hour, both ways", wall_clock_steps},
          {"stdin, stdout and stderr closed", standard_streams_closed},
          {"descriptor limit reached", descriptor_limit}};
}

}  // namespace trace::testing
