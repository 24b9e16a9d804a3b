// SPDX-License-Identifier: Apache-2.0
#include "faults/backend/fault_backend.hpp"

#include <fmt/format.h>
#include <trace/event.hpp>

#include <algorithm>

namespace trace::testing {

FaultBackend::FaultBackend(Misbehaviour misbehaviour, int times, const ServerOptions& options)
    : misbehaviour_(std::move(misbehaviour)),
      left_(times),
      server_([this](Peer& peer) { serve(peer); }, options) {}

void FaultBackend::serve(Peer& peer) {
  while (const auto request = peer.read_head()) {
    ReceivedRequest whole = *request;
    ++requests_;
    if (left_ > 0) {
      --left_;
      ++misbehaved_;
      if (misbehaviour_(peer, whole, *this)) return;
    }
    if (!peer.read_body(whole)) return;
    if (!peer.send(answer_text(200, take(whole.body)))) return;
  }
}

std::string FaultBackend::take(std::string_view body,
                               const std::function<bool(const StoredEvent&)>& refused) {
  const std::lock_guard lock(mutex_);
  std::string runs;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    const auto envelope = parse_envelope(body.substr(0, end));
    body.remove_prefix(std::min(end + 1, body.size()));
    if (!envelope) throw std::runtime_error("an envelope breaks the contract");
    std::string rejected;
    auto& through = through_[envelope->run_id];
    for (const EventPayload& event : envelope->events) {
      const StoredEvent stored{event.id, event.message.value_or("")};
      const std::size_t dash = event.id.rfind('-');
      auto& highest = through[event.id.substr(0, dash)];
      highest = std::max<std::uint64_t>(highest, std::stoull(event.id.substr(dash + 1)));
      if (refused && refused(stored)) {
        rejected += fmt::format(R"({}{{"id":"{}","reason":"poison"}})", rejected.empty() ? "" : ",",
                                event.id);
      } else if (ids_.insert(envelope->run_id + "/" + event.id).second) {
        runs_[envelope->run_id].push_back(stored);
      } else {
        ++sent_again_;
      }
    }
    std::string known;
    for (const auto& [emitter, sequence] : through) {
      known += fmt::format(R"({}"{}":{})", known.empty() ? "" : ",", emitter, sequence);
    }
    runs += fmt::format(
        R"({}{{"runId":"{}","accepted":0,"duplicates":0,"rejected":[{}],"through":{{{}}},"status":"RUNNING"}})",
        runs.empty() ? "" : ",", envelope->run_id, rejected, known);
  }
  return fmt::format(R"({{"runs":[{}]}})", runs);
}

std::string FaultBackend::take_first_run(std::string_view body) {
  return take(body.substr(0, std::min(body.find('\n'), body.size())));
}

std::map<std::string, std::vector<StoredEvent>> FaultBackend::stored() const {
  const std::lock_guard lock(mutex_);
  return runs_;
}

}  // namespace trace::testing
