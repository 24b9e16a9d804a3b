// SPDX-License-Identifier: Apache-2.0
// Containers of dead workers go with the adoption of their journal, and no other container does.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <trace/recovery.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "capture/recorder.hpp"
#include "docker/daemon.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

// A backend that takes everything, or nothing.
class Taker final : public Transport {
 public:
  explicit Taker(bool takes) : takes_(takes) {}
  SendResult send(const Batch& batch, std::chrono::steady_clock::time_point) noexcept override {
    SendResult result;
    if (!takes_) return result;
    result.kind = SendResult::Kind::acknowledged;
    for (const OutgoingRun& run : batch.runs) {
      RunAcknowledgement& answer = result.runs.emplace_back();
      answer.run_id = run.run_id;
      for (const OutgoingEvent& event : run.events) {
        answer.through.push_back({fmt::format("{}-{}", batch.session, event.lane), event.sequence});
      }
    }
    return result;
  }

 private:
  bool takes_;
};

Config config_in(const TempDir& directory) {
  Config config;
  config.journal_dir = directory / "journal";
  config.on_diagnostic = [](const Diagnostic&) {};
  return config;
}

Dependencies backend(bool takes, OrphanCleaners clean_up_orphans = container_cleaners()) {
  Dependencies dependencies;
  dependencies.transport = std::make_unique<Taker>(takes);
  dependencies.clean_up_orphans = std::move(clean_up_orphans);
  return dependencies;
}

// Those of the docker adapter, after a call of `look`.
OrphanCleaners counting_cleaners(std::function<void(const AdoptedSession&)> look) {
  OrphanCleaners cleaners = container_cleaners();
  for (auto& [owner, clean_up] : cleaners) {
    clean_up = [look, then = clean_up](const AdoptedSession& adopted, const Config& config) {
      look(adopted);
      return then(adopted, config);
    };
  }
  return cleaners;
}

bool runs(const std::string& id) {
  return !id.empty() && docker_says({"inspect", "--format", "{{.State.Running}}", id}) == "true";
}

// A container with these labels, started by hand.
class Bystander {
 public:
  explicit Bystander(const std::vector<std::string>& labels) {
    std::vector<std::string> arguments{"run", "--detach", "--network", "none"};
    for (const std::string& label : labels) {
      arguments.insert(arguments.end(), {"--label", label});
    }
    arguments.insert(arguments.end(), {test_image, "sleep", "1000"});
    id_ = docker_says(arguments);
    REQUIRE_FALSE(id_.empty());
  }
  ~Bystander() {
    docker({"kill", id_});  // podman's removal waits ten seconds for a program that ignores SIGTERM
    docker({"rm", "--force", id_});
  }
  bool lives() const { return runs(id_); }

 private:
  std::string id_;
};

struct DeadWorker {
  std::string session;
  std::string journal;
  std::string container;
};

// A worker in a process of its own, which is killed while its container runs.
DeadWorker killed_worker(const Config& config, const std::string& client = "docker") {
  int channel[2];
  REQUIRE(::pipe(channel) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto session = Session::start(config, backend(false));
    if (!session) ::_exit(1);
    auto run = session->run("dead");
    Node node = run.node("scan");
    const std::string line = fmt::format("{}\n{}\n", node.session_id(), node.journal());
    bool observed = false;
    run_container(std::move(node),
                  {.image = test_image,
                   .argv = {"sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"},
                   .tap =
                       [&](Stream, std::string_view) {
                         if (std::exchange(observed, true)) return;
                         if (::write(channel[1], line.data(), line.size()) < 0) ::_exit(1);
                       },
                   .docker = client});
    ::_exit(0);
  }
  ::close(channel[1]);
  std::string text;
  char piece[512];
  while (std::count(text.begin(), text.end(), '\n') < 2) {
    const ssize_t got = ::read(channel[0], piece, sizeof piece);
    REQUIRE(got > 0);
    text.append(piece, static_cast<std::size_t>(got));
  }
  ::close(channel[0]);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const std::size_t end = text.find('\n');
  DeadWorker worker{text.substr(0, end), text.substr(end + 1, text.size() - end - 2), ""};
  worker.container = left_by(worker.session);
  REQUIRE_FALSE(worker.container.empty());
  REQUIRE(runs(worker.container));
  return worker;
}

}  // namespace

TEST_CASE("recovery removes the dead worker's container and touches no other") {
  TempDir directory;
  TempDir elsewhere;
  const Config config = config_in(directory);
  // A live session of the same directory with a container of its own.
  auto live = Session::start(config, backend(true));
  REQUIRE(live);
  auto run = live->run("live");
  Execution alive =
      start_container(run.node("scan"), {.image = test_image, .argv = {"sleep", "1000"}});
  std::string live_container;
  for (const auto end = Steady::now() + 30s; !runs(live_container) && Steady::now() < end;) {
    std::this_thread::sleep_for(20ms);
    live_container = left_by(live->id());
  }
  REQUIRE(runs(live_container));

  const DeadWorker dead = killed_worker(config);
  const std::string journal = "shiptrace.journal=" + dead.journal;
  const std::string session = "shiptrace.session=" + dead.session;
  const Bystander foreign({});
  const Bystander of_people({"team=blue"});
  const Bystander no_session({journal});
  const Bystander no_journal({session});
  const Bystander other_journal(
      {session, "shiptrace.journal=" + (elsewhere / (dead.session + ".journal"))});
  const Bystander other_session({"shiptrace.session=" + std::string(live->id()), journal});
  const Bystander longer({session + "X", journal});

  const auto report = recover(config, 60s, backend(true));
  REQUIRE(report);
  CHECK(report->left.empty());
  CHECK(report->lost_nodes == 1);
  CHECK_FALSE(runs(dead.container));
  CHECK(docker({"inspect", dead.container}).status.code != 0);
  CHECK_FALSE(std::filesystem::exists(dead.journal));
  // Its files went too; those of the live one stay.
  CHECK_FALSE(std::filesystem::exists(directory / ("journal/containers/" + dead.session)));
  CHECK(std::filesystem::exists(directory / ("journal/containers/" + std::string(live->id()))));

  CHECK(foreign.lives());
  CHECK(of_people.lives());
  CHECK(no_session.lives());
  CHECK(no_journal.lives());
  CHECK(other_journal.lives());
  CHECK(other_session.lives());
  CHECK(longer.lives());
  CHECK(runs(live_container));
  alive.kill();
  CHECK(alive.wait().code() == "CANCELLED");
}

TEST_CASE("a session that starts does it as well, once for each journal") {
  TempDir directory;
  const Config config = config_in(directory);
  const DeadWorker dead = killed_worker(config);
  std::atomic<int> calls = 0;
  auto session =
      Session::start(config, backend(true, counting_cleaners([&](const AdoptedSession& adopted) {
                                       CHECK(adopted.id == dead.session);
                                       ++calls;
                                     })));
  REQUIRE(session);
  for (const auto end = Steady::now() + 60s;
       std::filesystem::exists(dead.journal) && Steady::now() < end;) {
    std::this_thread::sleep_for(20ms);
  }
  CHECK_FALSE(std::filesystem::exists(dead.journal));
  CHECK(docker({"inspect", dead.container}).status.code != 0);
  CHECK(calls == 1);
  session->close(5s);
}

TEST_CASE("a locked journal protects its containers") {
  TempDir directory;
  const Config config = config_in(directory);
  const DeadWorker dead = killed_worker(config);
  // As if the worker lived: the lock is held, in this process or in another.
  const int held = ::open(dead.journal.c_str(), O_RDWR | O_CLOEXEC);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  REQUIRE(::fcntl(held, F_OFD_SETLK, &lock) == 0);
  REQUIRE(recover(config, 10s, backend(true)));
  CHECK(runs(dead.container));
  // A copy of the journal elsewhere gives no right to the container.
  TempDir copies;
  std::filesystem::create_directory(copies / "journal");
  std::filesystem::copy_file(dead.journal, copies / ("journal/" + dead.session + ".journal"));
  REQUIRE(recover(config_in(copies), 60s, backend(true)));
  CHECK(std::filesystem::is_empty(copies / "journal"));
  CHECK(runs(dead.container));
  ::close(held);
  REQUIRE(recover(config, 60s, backend(true)));
  CHECK_FALSE(runs(dead.container));
}

TEST_CASE("an unreachable daemon costs no event, and is reported") {
  TempDir directory;
  Config config = config_in(directory);
  const std::string client = directory / "client";
  config.docker_clients = client;
  std::filesystem::create_symlink(docker_path(), client);
  const DeadWorker dead = killed_worker(config, client);
  std::filesystem::remove(client);
  const auto report = recover(config, 60s, backend(true));
  REQUIRE(report);
  CHECK(report->delivered > 0);
  REQUIRE(report->left.size() == 1);
  CHECK(report->left[0].find("shiptrace.session=" + dead.session) != std::string::npos);
  CHECK(runs(dead.container));
  docker({"rm", "--force", dead.container});
}

TEST_CASE("without containers no docker client is called") {
  TempDir directory;
  const Config config = config_in(directory);
  const pid_t child = ::fork();
  if (child == 0) {
    auto session = Session::start(config, backend(false));
    session->run("r").node("n").started();
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  int asked = 0;
  const auto report = recover(
      config, 10s, backend(true, counting_cleaners([&](const AdoptedSession&) { ++asked; })));
  REQUIRE(report);
  CHECK(asked == 0);
  CHECK(report->left.empty());
}

}  // namespace trace::testing
