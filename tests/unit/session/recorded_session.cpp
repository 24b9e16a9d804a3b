// SPDX-License-Identifier: Apache-2.0
#include "unit/session/recorded_session.hpp"

#include <doctest/doctest.h>

#include "session/node_state.hpp"
#include "unit/ship/rig.hpp"

namespace trace::testing {

detail::session::NodeState* state_of(const Node& node) {
  return detail::session::state_of(detail::base_of(node));
}

struct RecordedSession::Store {
  std::mutex mutex;
  std::vector<std::string> lines;
  std::map<std::string, std::string> diagnostics;
  bool broken = false;
};

RecordedSession::RecordedSession(Config config, std::vector<Credential> credentials)
    : store_(std::make_shared<Store>()) {
  class Keep final : public Transport {
   public:
    Keep(std::shared_ptr<Store> store, std::vector<Credential> credentials)
        : store_(std::move(store)), credentials_(std::move(credentials)) {}
    SendResult send(const Batch& batch, std::chrono::steady_clock::time_point) noexcept override {
      const std::lock_guard lock(store_->mutex);
      if (store_->broken) return {};
      for (const OutgoingRun& run : batch.runs) store_->lines.emplace_back(run.line);
      return acknowledge_all(batch);
    }
    std::vector<Credential> credentials() override { return credentials_; }
    std::unique_ptr<Transport> another() const override {
      return std::make_unique<Keep>(store_, credentials_);
    }

   private:
    std::shared_ptr<Store> store_;
    std::vector<Credential> credentials_;
  };
  if (config.journal_dir.empty()) config.journal_dir = journal_dir();
  config.on_diagnostic = [store = store_](const Diagnostic& each) {
    const std::lock_guard lock(store->mutex);
    store->diagnostics[std::string(each.reason)] = each.text;
  };
  Dependencies dependencies;
  dependencies.transport = std::make_unique<Keep>(store_, std::move(credentials));
  auto started = Session::start(std::move(config), std::move(dependencies));
  REQUIRE_MESSAGE(started, started.error().text());
  session_.emplace(std::move(*started));
  run_.emplace(session_->run("run"));
}

RecordedSession::~RecordedSession() {
  run_.reset();
  if (is_broken()) session_->close(std::chrono::milliseconds(0));
}

bool RecordedSession::is_broken() const {
  const std::lock_guard lock(store_->mutex);
  return store_->broken;
}

std::vector<EventPayload> RecordedSession::events() {
  session_->flush(std::chrono::minutes(2));
  const std::lock_guard lock(store_->mutex);
  std::vector<EventPayload> events;
  for (const std::string& line : store_->lines) {
    auto envelope = parse_envelope(line);
    REQUIRE_MESSAGE(envelope, envelope.error().text());
    for (EventPayload& event : envelope->events) events.push_back(std::move(event));
  }
  return events;
}

std::vector<std::string> RecordedSession::lines() const {
  const std::lock_guard lock(store_->mutex);
  return store_->lines;
}

std::string RecordedSession::observed(const std::string& reason) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  do {
    if (std::string text = observed_so_far(reason); !text.empty()) return text;
  } while (std::chrono::steady_clock::now() < deadline);
  return {};
}

std::string RecordedSession::observed_so_far(const std::string& reason) const {
  const std::lock_guard lock(store_->mutex);
  const auto known = store_->diagnostics.find(reason);
  return known == store_->diagnostics.end() ? std::string() : known->second;
}

void RecordedSession::break_backend() {
  const std::lock_guard lock(store_->mutex);
  store_->broken = true;
}

void RecordedSession::heal_backend() {
  const std::lock_guard lock(store_->mutex);
  store_->broken = false;
}

}  // namespace trace::testing
