// SPDX-License-Identifier: Apache-2.0
#include "capture/recorder.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <mutex>

namespace trace::testing {

struct Recorder::Store {
  std::mutex mutex;
  std::vector<EventPayload> events;
  std::function<void(const EventPayload&)> each;
  std::string broken;  // the first envelope that breaks the contract
  bool cancelled = false;
};

namespace {

template <class Store>
class Backend final : public Transport {
 public:
  explicit Backend(std::shared_ptr<Store> store) : store_(std::move(store)) {}

  SendResult send(const Batch& batch, std::chrono::steady_clock::time_point) noexcept override {
    const std::lock_guard lock(store_->mutex);
    SendResult result;
    result.kind = SendResult::Kind::acknowledged;
    for (const OutgoingRun& run : batch.runs) {
      take(run.line);
      result.runs.push_back(answer(batch, run));
    }
    return result;
  }

 private:
  void take(std::string_view line) {
    auto envelope = parse_envelope(line);
    if (!envelope) {
      store_->broken = envelope.error().text();
      return;
    }
    for (EventPayload& event : envelope->events) {
      if (store_->each) {
        store_->each(event);
      } else {
        store_->events.push_back(std::move(event));
      }
    }
  }

  RunAcknowledgement answer(const Batch& batch, const OutgoingRun& run) const {
    RunAcknowledgement answer;
    answer.run_id = run.run_id;
    std::map<std::uint32_t, std::uint64_t> through;
    for (const OutgoingEvent& event : run.events) through[event.lane] = event.sequence;
    for (const auto& [lane, sequence] : through) {
      answer.through.push_back({fmt::format("{}-{}", batch.session, lane), sequence});
    }
    answer.status = store_->cancelled ? RunStatus::cancelled : RunStatus::running;
    return answer;
  }

  std::shared_ptr<Store> store_;
};

}  // namespace

Recorder::Recorder(std::function<void(const EventPayload&)> each)
    : store_(std::make_shared<Store>()) {
  store_->each = std::move(each);
  Config config;
  config.journal_dir = directory_ / "journal";
  config.when_full = WhenFull::block;
  config.on_diagnostic = [](const Diagnostic&) {};
  Dependencies dependencies;
  dependencies.transport = std::make_unique<Backend<Store>>(store_);
  auto started = Session::start(std::move(config), std::move(dependencies));
  REQUIRE_MESSAGE(started, started.error().text());
  session_.emplace(std::move(*started));
  run_.emplace(session_->run("r"));
}

std::vector<EventPayload> Recorder::events() {
  REQUIRE(session_->flush(std::chrono::seconds(60)));
  const std::lock_guard lock(store_->mutex);
  REQUIRE_MESSAGE(store_->broken.empty(), store_->broken);
  return store_->events;
}

void Recorder::cancel_run() {
  const std::lock_guard lock(store_->mutex);
  store_->cancelled = true;
}

std::vector<std::string> lines_of(const std::vector<EventPayload>& events, Stream stream) {
  const std::string wanted = fmt::format("\"stream\":\"{}\"", name(stream));
  std::vector<std::string> lines;
  for (const EventPayload& event : events) {
    if (event.type != Type::progress || !has(event.data, wanted)) continue;
    CHECK(event.level == (stream == Stream::err ? Level::warn : Level::info));
    std::string_view text = event.message ? *event.message : std::string_view();
    for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n')) {
      lines.emplace_back(text.substr(0, end));
      text.remove_prefix(end + 1);
    }
    lines.emplace_back(text);
  }
  return lines;
}

bool has(const std::optional<std::string>& text, std::string_view part) {
  return text && text->find(part) != std::string::npos;
}

}  // namespace trace::testing
