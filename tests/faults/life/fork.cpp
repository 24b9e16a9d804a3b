// SPDX-License-Identifier: Apache-2.0
// Trials of processes that fork.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "faults/life/worker.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

constexpr int events = 500;

void record_in_both(Trial& trial) {
  const Workplace place;
  Session session = start(place.config());
  Run run = session.run("run");
  const Node node = run.node("node");
  std::thread busy([&] { record_numbered(run.node("other"), "thread", events); });
  record_numbered(node, "parent", events);
  const int code = in_child([&] {
    record_numbered(node, "child", events);
    return session.close(20s).kept == 0 ? 0 : 1;
  });
  busy.join();
  trial.expect_equal(code, 0, "the child's exit");
  trial.expect_equal(session.close(20s).kept, 0U, "kept by the parent");
  auto delivered = place.delivered();
  trial.expect_equal(delivered.size(), 2U, "sessions");
  trial.expect_equal(delivered[std::string(session.id())].size(), std::size_t{2 * events},
                     "events of the parent");
  delivered.erase(std::string(session.id()));
  trial.expect(are_numbered(delivered.begin()->second, "child", events), "the child's events");
  trial.note(fmt::format("{} events of 2 sessions", place.count()));
}

void fork_and_exec(Trial& trial) {
  const Workplace place;
  Session session = start(place.config());
  const Node node = session.run("run").node("node");
  record_numbered(node, "event", events / 2);
  const int code = in_child([] {
    execl("/bin/true", "true", static_cast<char*>(nullptr));
    return 1;
  });
  trial.expect_equal(code, 0, "the program's exit");
  for (int i = events / 2; i < events; ++i) {
    record(node, Type::progress, Level::info, "event {}", i);
  }
  trial.expect_equal(session.close(20s).kept, 0U, "kept");
  trial.expect(are_numbered(place.delivered()[std::string(session.id())], "event", events),
               "the parent's events");
  trial.note(fmt::format("{} events", place.count()));
}

void bare_fork(Trial& trial) {
  const Workplace place;
  Session session = start(place.config());
  const Node node = session.run("run").node("node");
  record_numbered(node, "event", 10);
  const pid_t pid = _Fork();
  if (pid == 0) {
    _exit(record(node, Type::progress, Level::info, "child") == Outcome::dropped ? 0 : 1);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  trial.expect_equal(status, 0, "the child's status");
  trial.expect_equal(session.stats().dropped, 0U, "dropped in the parent");
  trial.expect_equal(session.close(20s).kept, 0U, "kept");
  trial.expect(are_numbered(place.delivered()[std::string(session.id())], "event", 10),
               "the parent's events");
  trial.note("refused in the child, counted there");
}

void fork_storm(Trial& trial) {
  constexpr int children = 200;
  const Workplace place;
  Session session = start(place.config());
  const Node node = session.run("run").node("node");
  int failed = 0;
  for (int i = 0; i < children; ++i) {
    const pid_t pid = fork();
    if (pid == 0) {
      if (i % 2 == 0) _exit(0);  // does not record at all
      record_numbered(node, "child", 5);
      _exit(session.close(60s).kept == 0 ? 0 : 1);
    }
    record(node, Type::progress, Level::info, "parent {}", i);
    if (i % 20 != 19) continue;
    for (int status = 0; wait(&status) > 0;) failed += status != 0;
  }
  trial.expect_equal(failed, 0, "children that failed");
  trial.expect_equal(session.close(20s).kept, 0U, "kept");
  auto delivered = place.delivered();
  trial.expect(are_numbered(delivered[std::string(session.id())], "parent", children),
               "the parent's events");
  trial.expect_equal(delivered.size(), std::size_t{1 + children / 2}, "sessions");
  trial.expect_equal(place.count(), std::size_t{children + children / 2 * 5}, "events");
  trial.note(fmt::format("{} children, {} events", children, place.count()));
}

void parent_killed(Trial& trial) {
  const Workplace place;
  int to_child[2];
  int from_child[2];
  if (pipe(to_child) != 0 || pipe(from_child) != 0) throw std::runtime_error("no pipe");
  const int code = in_child([&] {
    Config config = place.config();
    config.transport = "file";
    config.batch_delay = std::chrono::minutes(1);  // nothing is sent before it dies
    Session session = start(config);
    const Node node = session.run("run").node("node");
    record_numbered(node, "parent", events);
    if (fork() == 0) {
      record_numbered(node, "child", events);
      [[maybe_unused]] auto reported = write(from_child[1], "r", 1);
      char go = 0;
      [[maybe_unused]] auto heard = read(to_child[0], &go, 1);
      const char kept = session.close(20s).kept == 0 ? 'd' : 'k';
      reported = write(from_child[1], &kept, 1);
      _exit(0);
    }
    char ready = 0;
    [[maybe_unused]] const auto heard = read(from_child[0], &ready, 1);
    raise(SIGKILL);
    return 0;
  });
  trial.expect_equal(code, 128 + SIGKILL, "the parent's end");
  // The child's session may have taken the parent's journal before us: then it delivers it.
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (place.count() < std::size_t{events} && std::chrono::steady_clock::now() < deadline)
    place.recover();
  trial.expect_equal(place.count(), std::size_t{events}, "recovered while the child lives");
  char answer = 'x';
  [[maybe_unused]] const auto reported = write(to_child[1], "g", 1);
  [[maybe_unused]] const auto heard = read(from_child[0], &answer, 1);
  trial.expect(answer == 'd', "the child could not deliver");
  const auto delivered = place.delivered();
  trial.expect_equal(delivered.size(), 2U, "sessions");
  for (const auto& [id, messages] : delivered) {
    const std::string prefix = messages.front().substr(0, messages.front().find(' '));
    trial.expect(are_numbered(messages, prefix, events), prefix + "'s events");
  }
  trial.note(fmt::format("{} events", place.count()));
}

}  // namespace

std::vector<Fault> fork_faults() {
  return {{"fork without exec, record in both", record_in_both},
          {"fork and exec", fork_and_exec},
          {"_Fork", bare_fork},
          {"fork storm", fork_storm},
          {"parent killed while its child lives", parent_killed}};
}

}  // namespace trace::testing
