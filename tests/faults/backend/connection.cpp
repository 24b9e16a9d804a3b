// SPDX-License-Identifier: Apache-2.0
// Trials of backends that cannot be reached, hang, hang up, or die.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <simdjson.h>
#include <sys/socket.h>
#include <unistd.h>

#include <climits>

#include "faults/backend/trials.hpp"
#include "support/collector.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Misbehaviour = FaultBackend::Misbehaviour;

void passes(Trial& trial, const Misbehaviour& misbehaviour, int times, Config config = {}) {
  FaultBackend backend(misbehaviour, times);
  Delivery delivery(trial, backend.url(), std::move(config));
  delivery.record_all();
  trial.expect(delivery.deliver(), "not delivered in half a minute");
  delivery.check_calm("backend");
  delivery.close();
  delivery.compare(backend.stored());
  trial.expect(backend.misbehaved() > 0, "the fault was not met");
  trial.note(
      fmt::format("met {} times, {} sent again", backend.misbehaved(), backend.sent_again()));
}

// The real collector's events of a run, in its order.
std::vector<StoredEvent> stored_in(const Collector& collector, const std::string& run) {
  std::vector<StoredEvent> events;
  simdjson::dom::parser parser;
  std::string cursor;
  for (;;) {
    const HttpAnswer page = collector.get("/workflows/runs/" + run + "/trace?limit=10000" +
                                          (cursor.empty() ? "" : "&cursor=" + cursor));
    if (page.status != 200) throw std::runtime_error("the collector responded: " + page.body);
    const simdjson::dom::element answer = parser.parse(page.body);
    const simdjson::dom::array page_events = answer["events"];
    if (page_events.size() == 0) return events;
    for (const simdjson::dom::element event : page_events) {
      events.push_back({std::string(std::string_view(event["id"])),
                        std::string(std::string_view(event["message"]))});
    }
    cursor = std::string(std::string_view(answer["cursor"]));
  }
}

std::map<std::string, std::vector<StoredEvent>> stored_in(const Collector& collector) {
  return {{"shared", stored_in(collector, "shared")}, {"other", stored_in(collector, "other")}};
}

void connection_refused(Trial& trial) {
  Collector collector;
  collector.stop();
  Delivery delivery(trial, collector.url());
  delivery.record_all();
  trial.expect(!delivery.deliver(1s), "delivered without a backend");
  collector.start();
  trial.expect(delivery.deliver(), "not delivered in half a minute");
  delivery.check_calm("backend");
  delivery.close();
  delivery.compare(stored_in(collector));
}

void name_not_found(Trial& trial) {
  Delivery delivery(trial, "http://backend.invalid:8400");
  delivery.record_all();
  trial.expect(!delivery.deliver(1s), "delivered without a backend");
  delivery.check_calm("backend");
  delivery.close_with_all_kept();
}

// The kernel accepts the connection, and it is never read.
void accepts_and_never_responds(Trial& trial) {
  Config config;
  config.request_timeout = 300ms;
  passes(
      trial,
      [](Peer& peer, const ReceivedRequest& head, FaultBackend&) {
        ReceivedRequest request = head;
        peer.read_body(request);
        peer.wait_for_close();
        return true;
      },
      2, std::move(config));
}

void never_reads(Trial& trial) {
  Config config;
  config.request_timeout = 300ms;
  passes(
      trial,
      [](Peer&, const ReceivedRequest&, FaultBackend&) {
        std::this_thread::sleep_for(600ms);
        return true;
      },
      2, std::move(config));
}

void closes_after_half_a_response(Trial& trial) {
  passes(
      trial,
      [](Peer& peer, const ReceivedRequest& head, FaultBackend& backend) {
        ReceivedRequest request = head;
        if (!peer.read_body(request)) return true;
        const std::string answer = answer_text(200, backend.take(request.body));
        peer.send(answer.substr(0, answer.size() - 30));
        return true;
      },
      3);
}

void resets_during_upload(Trial& trial) {
  passes(
      trial,
      [](Peer& peer, const ReceivedRequest&, FaultBackend&) {
        peer.read_some(1000);
        peer.reset();
        return true;
      },
      3);
}

void slow_drip_reading(Trial& trial) {
  passes(
      trial,
      [](Peer& peer, const ReceivedRequest& head, FaultBackend& backend) {
        ReceivedRequest request = head;
        const std::size_t size = std::stoul(request.headers.at("content-length"));
        while (request.body.size() < size) {
          const std::string more = peer.read_some(2048);
          if (more.empty()) return true;  // it lost its patience
          request.body += more;
          std::this_thread::sleep_for(10ms);
        }
        return peer.send(answer_text(200, backend.take(request.body)));
      },
      1,
      [] {
        Config config;
        config.request_timeout = 500ms;
        return config;
      }());
}

void collector_killed_in_transaction(Trial& trial) {
  Collector collector;
  Delivery delivery(trial, collector.url(), [] {
    Config config;
    config.batch_events = 200;
    config.when_full = WhenFull::block;
    return config;
  }());
  delivery.record_all();
  constexpr int kills = 8;
  for (int i = 0; i < kills; ++i) {
    std::thread trying([&] { delivery.session().flush(100ms); });
    std::this_thread::sleep_for(std::chrono::milliseconds(1 + 3 * i));
    collector.kill();
    trying.join();
    collector.start();
  }
  trial.expect(delivery.deliver(), "not delivered in half a minute");
  delivery.check_calm("");
  delivery.close();
  delivery.compare(stored_in(collector));
  trial.note(fmt::format("{} kills", kills));
}

}  // namespace

std::vector<Fault> connection_faults() {
  return {{"connection refused", connection_refused},
          {"name not found", name_not_found},
          {"accepts and never responds", accepts_and_never_responds},
          {"accepts and never reads", never_reads},
          {"closes after half a response", closes_after_half_a_response},
          {"resets in the middle of an upload", resets_during_upload},
          {"reads drop by drop", slow_drip_reading},
          {"collector killed in mid-transaction", collector_killed_in_transaction}};
}

}  // namespace trace::testing
