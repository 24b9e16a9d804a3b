// SPDX-License-Identifier: Apache-2.0
// A child of fork() records into a session of its own; nothing of the parent's is touched.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <trace/recovery.hpp>
#include <trace/trace.hpp>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <thread>

#include "support/temp_dir.hpp"
#include "unit/ship/rig.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

namespace {

// Appends each envelope to a file by one write, which several processes may do at a time.
class LinesTransport final : public Transport {
 public:
  explicit LinesTransport(std::string path) : path_(std::move(path)) {}
  SendResult send(const Batch& batch, std::chrono::steady_clock::time_point) noexcept override {
    const int fd = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    for (const OutgoingRun& run : batch.runs) {
      if (write(fd, run.line.data(), run.line.size()) < 0) return {};
    }
    ::close(fd);
    return acknowledge_all(batch);
  }
  std::unique_ptr<Transport> another() const override {
    return std::make_unique<LinesTransport>(path_);
  }

 private:
  std::string path_;
};

#ifdef __SANITIZE_ADDRESS__
// Whether every other thread waits for something. Who allocates does not.
bool others_sleep() {
  const std::string self = std::to_string(gettid());
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    if (task.path().filename() == self) continue;
    std::ifstream file(task.path() / "stat");
    std::string stat;
    std::getline(file, stat);
    const std::size_t name_end = stat.rfind(')');
    if (name_end != std::string::npos && stat.compare(name_end, 3, ") S") != 0) return false;
  }
  return true;
}
#endif

// GCC 12's AddressSanitizer does not hold its allocator's locks over a fork: a child that was made
// while another thread allocated waits for them for ever.
void let_threads_rest() {
#ifdef __SANITIZE_ADDRESS__
  while (!others_sleep()) std::this_thread::sleep_for(1ms);
#endif
}

class Family {
 public:
  explicit Family(const std::string& journal_dir = {}) {
    Config config;
    config.journal_dir = journal_dir.empty() ? directory_ / "journal" : journal_dir;
    config.on_diagnostic = [](const Diagnostic&) {};
    Dependencies dependencies;
    dependencies.transport = std::make_unique<LinesTransport>(lines_);
    auto started = Session::start(config, std::move(dependencies));
    REQUIRE_MESSAGE(started, started.error().text());
    session_.emplace(std::move(*started));
  }

  Session& session() { return *session_; }

  // Runs `work` in a child that ends without destructors; returns its exit code.
  template <class Fork>
  static int child(Fork fork_now, const std::function<int()>& work) {
    let_threads_rest();
    const pid_t pid = fork_now();
    REQUIRE(pid >= 0);
    if (pid == 0) _exit(work());
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  static int child(const std::function<int()>& work) { return child(fork, work); }

  // The messages that were delivered, by the session that recorded them.
  std::map<std::string, std::vector<std::string>> delivered() const {
    std::map<std::string, std::vector<std::string>> messages;
    std::ifstream file(lines_);
    for (std::string line; std::getline(file, line);) {
      const auto envelope = parse_envelope(line);
      REQUIRE_MESSAGE(envelope, envelope.error().text());
      for (const EventPayload& event : envelope->events) {
        messages[event.id.substr(0, 26)].push_back(event.message.value_or(event.node_id));
      }
    }
    return messages;
  }
  // The envelopes that say that a run is finished.
  std::vector<std::string> finishes() const {
    std::vector<std::string> lines;
    std::ifstream file(lines_);
    for (std::string line; std::getline(file, line);) {
      if (line.find("\"finishedAt\":") != std::string::npos) lines.push_back(std::move(line));
    }
    return lines;
  }

 private:
  TempDir directory_;
  const std::string lines_ = directory_ / "lines";
  std::optional<Session> session_;
};

using Messages = std::vector<std::string>;

}  // namespace

TEST_CASE("a node returns the session and the journal of the calling process") {
  Family family;
  auto run = family.session().run("run");
  auto node = run.node("n");
  const std::string id(node.session_id());
  const std::string journal(node.journal());
  CHECK(id == family.session().id());
  CHECK(journal.ends_with("/" + id + ".journal"));
  CHECK(node.add_note("owner", "of the parent"));
  const int code = Family::child([&] {
    if (node.session_id() == id || node.session_id().size() != id.size()) return 1;
    if (node.journal() == journal || !node.add_note("owner", "of the child")) return 2;
    return node.journal().find(node.session_id()) == std::string_view::npos ? 3 : 0;
  });
  CHECK(code == 0);
  Node empty = run.node("given up");
  empty.detach();
  CHECK(empty.session_id().empty());
  CHECK(empty.journal().empty());
  CHECK_FALSE(empty.add_note("owner", "x"));
}

TEST_CASE("a run that a child finishes is finished by the child's session") {
  Family family;
  auto run = family.session().run("run");
  run.node("n").started();
  CHECK(family.session().flush(20s));
  const int code = Family::child([&] {
    run.finish();
    if (!family.session().flush(20s)) return 1;
    return family.session().close(20s).kept == 0 ? 0 : 2;
  });
  CHECK(code == 0);
  CHECK(family.session().flush(20s));
  REQUIRE(family.finishes().size() == 1);
  CHECK(family.finishes()[0].find(family.session().id()) == std::string::npos);
  CHECK(family.session().stats().dropped == 0);
  run.finish();
  CHECK(family.session().close(20s).kept == 0);
  CHECK(family.finishes().size() == 2);
}

TEST_CASE("parent and child record through the same handles, each into its own session") {
  Family family;
  auto run = family.session().run("run", {.workflow_id = "w"});
  auto node = run.node("n");
  record(node, Type::progress, Level::info, "parent 1");
  const std::string parent(family.session().id());
  const int code = Family::child([&] {
    record(node, Type::progress, Level::info, "child 1");
    auto mine = run.node("mine");
    record(mine, Type::progress, Level::info, "child 2");
    const bool own = family.session().id() != parent && family.session().stats().accepted == 2;
    return own && family.session().close(20s).kept == 0 ? 0 : 1;
  });
  CHECK(code == 0);
  record(node, Type::progress, Level::info, "parent 2");
  CHECK(family.session().stats().accepted == 2);
  CHECK(family.session().close(20s).kept == 0);
  auto delivered = family.delivered();
  CHECK(delivered.size() == 2);
  CHECK(delivered[parent] == Messages{"parent 1", "parent 2"});
  delivered.erase(parent);
  CHECK(delivered.begin()->second == Messages{"child 1", "child 2"});
}

TEST_CASE("a child that dies leaves its journal to the parent; nodes of the parent stay open") {
  Family family;
  auto run = family.session().run("run");
  auto node = run.node("n");
  node.started();
  CHECK(Family::child([&] {
          record(node, Type::progress, Level::info, "orphan");
          return 0;
        }) == 0);
  CHECK(Family::child([&] {
          const Node ended(
              std::move(node));  // must not report that the parent's node was left open
          return 0;
        }) == 0);
  node.completed();
  CHECK(family.session().close(20s).kept == 0);
  const std::string parent(family.session().id());
  CHECK(family.delivered()[parent] == Messages{"n", "n"});
}

TEST_CASE("children of children have sessions of their own") {
  Family family;
  auto node = family.session().run("run").node("n");
  CHECK(Family::child([&] {
          record(node, Type::progress, Level::info, "child");
          const int code = Family::child([&] {
            record(node, Type::progress, Level::info, "grandchild");
            return family.session().close(20s).kept == 0 ? 0 : 1;
          });
          return family.session().close(20s).kept == 0 ? code : 1;
        }) == 0);
  CHECK(family.session().close(20s).kept == 0);
  std::set<Messages> delivered;
  for (const auto& [session, messages] : family.delivered()) delivered.insert(messages);
  CHECK(delivered == std::set<Messages>{{"child"}, {"grandchild"}});
}

TEST_CASE("a child of a session whose journal is in memory records, too") {
  Family family("/dev/null/nowhere");
  auto node = family.session().run("run").node("n");
  CHECK(Family::child([&] {
          record(node, Type::progress, Level::info, "child");
          return family.session().close(20s).kept == 0 ? 0 : 1;
        }) == 0);
  CHECK(family.delivered().begin()->second == Messages{"child"});
}

TEST_CASE("a child of _Fork records nothing and harms nothing") {
  Family family;
  auto node = family.session().run("run").node("n");
  CHECK(Family::child(_Fork, [&] {
          const auto outcome = record(node, Type::progress, Level::info, "child");
          return outcome == Outcome::dropped ? 0 : 1;
        }) == 0);
  record(node, Type::progress, Level::info, "parent");
  CHECK(family.session().stats().dropped == 0);
  CHECK(family.session().close(20s).kept == 0);
  CHECK(family.delivered().begin()->second == Messages{"parent"});
}

#ifndef __SANITIZE_ADDRESS__  // see let_threads_rest()
TEST_CASE("a child opens a stream of its parent's node while the parent adds secrets") {
  Family family;
  auto node = family.session().run("run").node("n");
  std::atomic<bool> done{false};
  std::thread adding([&] {
    for (int i = 0; !done; ++i) family.session().add_secret("secret-number-" + std::to_string(i));
  });
  int hung = 0;
  for (int i = 0; i < 20; ++i) {
    hung += Family::child([&] {
      alarm(20);
      node.stream(Stream::out, {}, "an origin");
      return 0;
    });
    if (hung != 0) break;
  }
  done = true;
  adding.join();
  CHECK(hung == 0);
}
#endif

TEST_CASE("a parent's journal can be adopted while its child lives") {
  TempDir directory;
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t parent = fork();
  if (parent == 0) {
    Config config;
    config.journal_dir = directory.path().string();
    config.on_diagnostic = [](const Diagnostic&) {};
    Dependencies dependencies;
    auto transport = std::make_unique<ScriptedTransport>();
    transport->always = [](const Batch&) { return SendResult{}; };
    dependencies.transport = std::move(transport);
    auto session = Session::start(config, std::move(dependencies));
    auto node = session->run("run").node("n");
    record(node, Type::progress, Level::info, "kept");
    if (fork() == 0) {  // it has given up its copy of the lock when fork() returns
      const pid_t self = getpid();
      [[maybe_unused]] const auto observed = write(ready[1], &self, sizeof self);
    }
    pause();
    _exit(0);
  }
  pid_t child = 0;
  REQUIRE(read(ready[0], &child, sizeof child) == sizeof child);
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  Config config;
  config.journal_dir = directory.path().string();
  config.on_diagnostic = [](const Diagnostic&) {};
  Dependencies dependencies;
  dependencies.transport = std::make_unique<LinesTransport>(directory / "lines");
  const auto report = recover(config, 10s, std::move(dependencies));
  kill(child, SIGKILL);
  REQUIRE(report);
  CHECK(report->delivered == 1);
  CHECK(report->journals == 1);
  ::close(ready[0]);
  ::close(ready[1]);
}
