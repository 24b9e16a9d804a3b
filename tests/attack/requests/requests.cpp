// SPDX-License-Identifier: Apache-2.0
// Sends the hostile requests, and looks after each whether the collector still serves and what it
// stored.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "attack/requests/hostile_requests.hpp"
#include "attack/requests/raw_connection.hpp"
#include "attack/requests/trials.hpp"
#include "support/collector.hpp"

namespace trace::testing {
namespace {

using End = HostileRequest::End;
using Requests = std::vector<HostileRequest>;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::chrono::seconds patience{3};

milliseconds since(Clock::time_point began) {
  return std::chrono::duration_cast<milliseconds>(Clock::now() - began);
}

// A request that would be stored if the collector took it for the next one.
std::string smuggled() {
  return hostile_post(fmt::format("Content-Length: {}\r\n", hostile_line().size()));
}

// A collector with one event of one run, which good clients ask for.
class Victim {
 public:
  explicit Victim(std::vector<std::string> options = {}) : collector_(std::move(options)) {
    const std::string good =
        R"({"runId":"good","events":[{"id":"g1","runId":"good","nodeId":"n","type":"STARTED",)"
        R"("level":"info","timestamp":"2025-10-13T12:00:00.000000Z"}]})";
    http_post(url() + "/trace/events", good + "\n", {"Content-Type: application/x-ndjson"});
    runs_ = collector_.get("/workflows/runs").body;
    if (runs_.find("\"events\":1") == std::string::npos) throw std::runtime_error(runs_);
  }

  const std::string& url() const { return collector_.url(); }
  // Whether a valid request gets a response and nothing was stored.
  bool is_unharmed() {
    const auto began = Clock::now();
    const HttpAnswer answer = collector_.get("/workflows/runs");
    slowest_ = std::max(slowest_, since(began));
    // Report a stored event once.
    return answer.status == 200 && std::exchange(runs_, answer.body) == answer.body;
  }
  milliseconds slowest() const { return slowest_; }

 private:
  Collector collector_;
  std::string runs_;
  milliseconds slowest_{0};
};

void attack(Trial& trial, Victim& victim, const HostileRequest& request) {
  const RawConnection connection(victim.url());
  connection.send(request.bytes);
  if (request.end == End::refused) {
    connection.send(smuggled());
  } else {
    connection.end_of_input();
  }
  const auto received = connection.read_to_end(patience);
  const std::vector<int> expected =
      request.end == End::cut_off ? std::vector<int>{} : std::vector<int>{request.status};
  const std::vector<int> statuses = received.statuses();
  trial.expect(statuses == expected,
               fmt::format("{}: {} instead of {}", request.name, fmt::join(statuses, " "),
                           fmt::join(expected, " ")));
  trial.expect(received.is_closed, request.name + ": the connection stays open");
  trial.expect(victim.is_unharmed(), request.name + ": the collector stored it, or is gone");
}

void attack(Trial& trial, const std::vector<Requests>& kinds, Victim& victim) {
  std::size_t count = 0;
  const auto began = Clock::now();
  for (const Requests& requests : kinds) {
    count += requests.size();
    for (const HostileRequest& request : requests) attack(trial, victim, request);
  }
  trial.note(fmt::format("{} requests in {} ms", count, since(began).count()));
  trial.note("none stored");
  trial.note(fmt::format("a good one after each within {} ms", victim.slowest().count()));
}

void unknown_transfer_encodings(Trial& trial) {
  Victim victim;
  attack(trial, {hostile_transfer_encodings()}, victim);
}

void foreign_hosts(Trial& trial) {
  Victim victim;
  attack(trial, {hostile_hosts(port_of(victim.url()))}, victim);
}

void foreign_origins(Trial& trial) {
  Victim victim;
  attack(trial, {hostile_origins(port_of(victim.url()))}, victim);
}

void hostile_requests(Trial& trial) {
  Victim victim;
  const unsigned short port = port_of(victim.url());
  const std::vector<Requests> all{
      hostile_transfer_encodings(), hostile_lengths(),     hostile_chunks(), hostile_syntax(),
      hostile_hosts(port),          hostile_origins(port), hostile_content()};
  std::size_t count = 0;
  for (const Requests& requests : all) count += requests.size();
  trial.expect(count >= 110, fmt::format("only {} requests", count));
  attack(trial, all, victim);
}

// A request without a token is refused before its body is read or its path is examined.
void token_before_body(Trial& trial) {
  TempDir directory;
  const std::string file = directory / "token";
  std::ofstream(file) << "s3cret\n";
  const Collector collector({"--token-file", file});
  milliseconds slowest{0};
  int count = 0;
  for (const std::string head : {"Content-Length: 16777216\r\n", "Transfer-Encoding: chunked\r\n",
                                 "Content-Length: 99999999999999\r\n",
                                 "Content-Length: 16777216\r\nExpect: 100-continue\r\n",
                                 "Authorization: Bearer wrong\r\nContent-Length: 16777216\r\n",
                                 "Authorization: Basic s3cret\r\nContent-Length: 16777216\r\n",
                                 "Content-Encoding: nonsense\r\nContent-Length: 16777216\r\n"}) {
    const auto began = Clock::now();
    const RawConnection connection(collector.url());
    connection.send(hostile_post(head, ""));
    const auto received = connection.read_to_end(patience);
    slowest = std::max(slowest, since(began));
    trial.expect(received.is_closed && received.statuses() == std::vector<int>{401}, head);
    ++count;
  }
  const HttpAnswer runs =
      http_get(collector.url() + "/workflows/runs", {"Authorization: Bearer s3cret"});
  trial.expect_equal(runs.body, std::string(R"({"runs":[]})"), "runs");
  trial.note(fmt::format("{} announced bodies refused with 401, the slowest after {} ms", count,
                         slowest.count()));
}

}  // namespace

std::vector<Fault> request_attacks() {
  return {{"hosts of others", foreign_hosts},
          {"origins of others", foreign_origins},
          {"unknown transfer encodings", unknown_transfer_encodings},
          {"hostile requests", hostile_requests},
          {"bodies without the token", token_before_body}};
}

}  // namespace trace::testing
