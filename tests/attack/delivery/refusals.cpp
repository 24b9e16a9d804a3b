// SPDX-License-Identifier: Apache-2.0
// Attacks with refusals: a backend, or a proxy before it, that refuses everything empties no
// journal; one that refuses an event holds up no other.
#include <climits>

#include "attack/delivery/rows.hpp"

namespace trace::testing {
namespace {

constexpr int events = 3000;
using Misbehaviour = FaultBackend::Misbehaviour;

Misbehaviour refusing(int status) {
  return [status](Peer& peer, const ReceivedRequest& head, FaultBackend&) {
    ReceivedRequest request = head;
    return !peer.read_body(request) ||
           peer.send(answer_text(status, R"({"error":{"field":"events","message":"no"}})"));
  };
}

Misbehaviour rejecting(std::function<bool(const StoredEvent&)> which) {
  return
      [which = std::move(which)](Peer& peer, const ReceivedRequest& head, FaultBackend& backend) {
        ReceivedRequest request = head;
        return !peer.read_body(request) ||
               peer.send(answer_text(200, backend.take(request.body, which)));
      };
}

Misbehaviour limited_to(std::size_t bytes) {
  return [bytes](Peer& peer, const ReceivedRequest& head, FaultBackend&) {
    if (std::stoul(head.headers.at("content-length")) <= bytes) return false;
    ReceivedRequest request = head;
    return !peer.read_body(request) || peer.send(answer_text(413, "<html>too large</html>"));
  };
}

Finished record_lines(const Workplace& place, const FaultBackend& backend,
                      const std::string& lines) {
  Command command = place.command({"record", "--stdin"}, backend.url());
  command.env["SHIPTRACE_CLOSE_TIMEOUT"] = "5s";
  command.input = lines;
  return run(std::move(command));
}

void everything(Trial& trial, const Misbehaviour& misbehaviour) {
  const Workplace place;
  FaultBackend backend(misbehaviour, INT_MAX);
  const Finished ended = record_lines(place, backend, event_lines("r", events));
  trial.expect_equal(ended.status.code, 0, "exit status with everything kept");
  trial.expect_equal(kept_on(ended.errors), std::uint64_t{events}, "kept");
  trial.expect_equal(place.dead_letters(), 0U, "dead letters");
  trial.expect(ended.errors.find("shiptrace: refused: ") != std::string::npos, "no diagnostic");
  // Two rounds at most, one while the worker runs and one when it closes, of 8 and 16 single events
  // and the halving that finds them; not a request for each event.
  const int requests = backend.requests();
  trial.expect(requests <= 80, fmt::format("{} requests", requests));
  backend.behave();
  const Finished recovered = place.shiptrace({"recover"}, backend.url());
  trial.expect_equal(recovered.status.code, 0, "exit status of recover");
  trial.expect_equal(backend.stored()["r"].size(), std::size_t{events}, "stored afterwards");
  trial.expect_equal(place.journals(), 0U, "journals left");
  trial.note(fmt::format("{} requests, 0 of {} given up, all stored later", requests, events));
}

void everything_413(Trial& trial) { everything(trial, refusing(413)); }
void everything_400(Trial& trial) { everything(trial, refusing(400)); }
void everything_422(Trial& trial) { everything(trial, refusing(422)); }
void everything_in_a_200(Trial& trial) {
  // It refuses without a trace of them: the same events are taken later.
  everything(trial, [](Peer& peer, const ReceivedRequest& head, FaultBackend& backend) {
    ReceivedRequest request = head;
    return !peer.read_body(request) ||
           peer.send(answer_text(
               200, backend.take(request.body, [](const StoredEvent&) { return true; })));
  });
}
void everything_by_a_tiny_limit(Trial& trial) { everything(trial, limited_to(100)); }

// One process for each event: none of them has company.
void everything_one_by_one(Trial& trial) {
  const Workplace place;
  FaultBackend backend(refusing(413), INT_MAX);
  for (int i = 0; i < 10; ++i) {
    const Finished ended = place.shiptrace(
        {"record", "--run", "r", "--node", "n", "--type", "PROGRESS", "--quiet"}, backend.url());
    trial.expect_equal(ended.status.code, 0, "exit status");
  }
  trial.expect_equal(place.unsent(), 10U, "events in the journals");
  trial.expect_equal(place.dead_letters(), 0U, "dead letters");
  backend.behave();
  trial.expect_equal(place.shiptrace({"recover", "--quiet"}, backend.url()).status.code, 0,
                     "exit status of recover");
  trial.expect_equal(backend.stored()["r"].size(), 10U, "stored afterwards");
  trial.note("10 processes, 0 of 10 events given up, all stored later");
}

void some(Trial& trial, const Misbehaviour& misbehaviour, const std::string& lines,
          std::size_t refused) {
  const Workplace place;
  FaultBackend backend(misbehaviour, INT_MAX);
  const Finished ended = record_lines(place, backend, lines);
  trial.expect_equal(ended.status.code, 1, "exit status with dead letters");
  trial.expect_equal(backend.stored()["r"].size(), std::size_t{events}, "stored");
  trial.expect_equal(place.dead_letters(), refused, "dead letters");
  trial.expect_equal(place.journals(), 0U, "journals left");
  trial.note(
      fmt::format("{} of {} given up, {} requests", refused, events + refused, backend.requests()));
}

std::string with_poison(int count, std::size_t bytes) {
  return event_lines("r", events / 2) + event_lines("r", count, std::string(bytes, 'p')) +
         event_lines("r", events / 2);
}

void one_too_large(Trial& trial) { some(trial, limited_to(8 * 1024), with_poison(1, 12'000), 1); }
void five_too_large(Trial& trial) { some(trial, limited_to(1024), with_poison(5, 2000), 5); }
void one_rejected(Trial& trial) {
  some(trial, rejecting([](const StoredEvent& event) { return event.message.starts_with("ppp"); }),
       with_poison(1, 100), 1);
}

// Its only event is refused, so that nobody knows whether it is to blame: others go on all the
// same, and once one was taken it is given up.
void refused_orphan(Trial& trial) {
  const Workplace place;
  FaultBackend backend(
      [](Peer& peer, const ReceivedRequest& head, FaultBackend& self) {
        ReceivedRequest request = head;
        if (!peer.read_body(request)) return true;
        const bool bad = request.body.find("poison") != std::string::npos;
        return peer.send(bad ? answer_text(400, R"({"error":{"field":"events","message":"no"}})")
                             : answer_text(200, self.take(request.body)));
      },
      INT_MAX);
  Command poison = place.command({"record", "--run", "r", "--node", "n", "--type", "PROGRESS",
                                  "--quiet", "--message", "poison"},
                                 backend.url());
  trial.expect_equal(run(std::move(poison)).status.code, 0, "exit status of the first");
  trial.expect_equal(place.unsent(), 1U, "kept of the refused event");
  Command next = place.command({"run", "--run", "r", "--node", "n", "--quiet"}, backend.url(),
                               {"sleep", "0.3"});
  next.env["SHIPTRACE_CLOSE_TIMEOUT"] = "5s";
  trial.expect_equal(run(std::move(next)).status.code, 0, "exit status of the next");
  trial.expect_equal(backend.stored()["r"].size(), 2U, "stored by the next process");
  trial.expect_equal(place.dead_letters(), 1U, "dead letters after it");
  trial.expect_equal(place.journals(), 0U, "journals left");
  trial.note(
      fmt::format("kept, and given up by the next process: {} requests", backend.requests()));
}

}  // namespace

std::vector<Fault> refusal_rows() {
  return {{"413 to everything", everything_413},
          {"400 to everything", everything_400},
          {"422 to everything", everything_422},
          {"200 that rejects everything", everything_in_a_200},
          {"a proxy that limits bodies to 100 bytes", everything_by_a_tiny_limit},
          {"413 to everything, a process for each event", everything_one_by_one},
          {"one event above a limit of 8 KiB among 3,000", one_too_large},
          {"five events in a row above a limit of 1 KiB", five_too_large},
          {"200 that rejects one event of 3,000", one_rejected},
          {"an orphan with nothing but a refused event", refused_orphan}};
}

}  // namespace trace::testing
