// SPDX-License-Identifier: Apache-2.0
// Shared by the tests of recovery: workers in processes of their own that are killed, and a
// backend that keeps what it is given.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <trace/recovery.hpp>
#include <trace/trace.hpp>

#include <csignal>
#include <functional>
#include <set>

#include "support/journal_directory.hpp"
#include "unit/ship/rig.hpp"

namespace trace::testing {

using namespace std::chrono_literals;

// Keeps what it is given, once per run and id, as a backend does.
struct Store {
  std::mutex mutex;
  std::vector<std::string> lines;  // envelopes
  std::vector<EventPayload> events;
  std::set<std::string> ids;
  std::size_t duplicates = 0;
  std::size_t most = SIZE_MAX;  // sends that get a response
  std::string stalled;          // a run that is not taken
};

class StoreTransport final : public Transport {
 public:
  explicit StoreTransport(std::shared_ptr<Store> store) : store_(std::move(store)) {}
  SendResult send(const Batch& batch, std::chrono::steady_clock::time_point) noexcept override {
    const std::lock_guard lock(store_->mutex);
    if (store_->most == 0) return {};
    --store_->most;
    for (const OutgoingRun& run : batch.runs) {
      if (run.run_id == store_->stalled) continue;
      auto envelope = parse_envelope(run.line);
      REQUIRE_MESSAGE(envelope, envelope.error().text());
      store_->lines.emplace_back(run.line);
      for (EventPayload& event : envelope->events) {
        if (store_->ids.insert(event.run_id + "/" + event.id).second) {
          store_->events.push_back(std::move(event));
        } else {
          ++store_->duplicates;
        }
      }
    }
    SendResult result = acknowledge_all(batch);
    std::erase_if(result.runs, [&](const auto& run) { return run.run_id == store_->stalled; });
    return result;
  }

 private:
  std::shared_ptr<Store> store_;
};

inline Dependencies storing(const std::shared_ptr<Store>& store) {
  Dependencies dependencies;
  dependencies.transport = std::make_unique<StoreTransport>(store);
  return dependencies;
}

inline Config config_in(const TempDir& directory,
                        const std::string& endpoint = "http://127.0.0.1:1") {
  Config config;
  config.endpoint = endpoint;
  config.journal_dir = directory.path().string();
  config.on_diagnostic = [](const Diagnostic&) {};
  return config;
}

// A worker in a process of its own, killed by SIGKILL where `work` returns. Its backend takes
// `sends` batches and then nothing.
inline void killed_worker(const Config& config, std::size_t sends,
                          const std::function<void(Session&, Run&)>& work) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto store = std::make_shared<Store>();
    store->most = sends;
    store->stalled = "stalled";
    auto session = Session::start(config, storing(store));
    auto run = session->run("run", {.workflow_id = "w"});
    work(*session, run);
    raise(SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
}

inline RecoveryReport recovered(const Config& config, const std::shared_ptr<Store>& store) {
  auto report = recover(config, 500ms, storing(store));
  REQUIRE_MESSAGE(report, report.error().text());
  return *report;
}

inline std::vector<std::string> journals(const TempDir& directory) {
  return journal_paths(directory.path());
}

inline void overwrite(const std::string& path, std::uint64_t offset, const void* bytes,
                      std::size_t size) {
  const int fd = open(path.c_str(), O_RDWR);
  REQUIRE(pwrite(fd, bytes, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size));
  close(fd);
}

}  // namespace trace::testing
