// SPDX-License-Identifier: Apache-2.0
// Attacks with ids: responses are matched with the ids that were sent, so no event is sent for
// ever; and a run that no response names does not delay close().
#include <chrono>
#include <climits>

#include "attack/delivery/rows.hpp"
#include "support/collector.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

std::chrono::milliseconds since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               begin);
}

// With the time that close() may take at its default of 5 s.
Finished patiently(Command command) {
  command.env["SHIPTRACE_CLOSE_TIMEOUT"] = "5s";
  return run(std::move(command));
}

void not_utf8(Trial& trial) {
  const Collector collector;
  const Workplace place;
  const std::vector<std::string> ids{"a\xff",
                                     "\xc3",
                                     "\xed\xa0\x80",
                                     "\xf5\x80\x80",
                                     "\xEF\xBF\xBF",
                                     "\xF4\x8F\xBF\xBF",
                                     "e\u0301",
                                     "quo\"te\\and/more",
                                     std::string(42, '\xfe')};
  std::chrono::milliseconds longest{0};
  for (const std::string& id : ids) {
    for (const Arguments& first : {Arguments{"record", "--type", "STARTED"}, Arguments{"run"}}) {
      Arguments arguments = first;
      arguments.insert(arguments.end(), {"--run", id, "--node", id, "--quiet"});
      const auto begin = std::chrono::steady_clock::now();
      const Finished ended =
          patiently(place.command(std::move(arguments), collector.url(),
                                  first.size() == 1 ? Arguments{"true"} : Arguments{}));
      longest = std::max(longest, since(begin));
      trial.expect_equal(ended.status.code, 0, "exit status: " + ended.errors);
      trial.expect_equal(kept_on(ended.errors), 0U, "kept");
    }
  }
  trial.expect_equal(place.journals(), 0U, "journals left");
  trial.expect_equal(place.dead_letters(), 0U, "dead letters");
  trial.expect(longest < 3s, fmt::format("one took {} ms", longest.count()));
  trial.note(fmt::format("{} ids, run and record: all stored, {} ms at most", ids.size(),
                         longest.count()));
}

void too_long_once_repaired(Trial& trial) {
  const Collector collector;
  const Workplace place;
  for (const std::string& id : {std::string(128, '\xff'), std::string(43, '\xff'),
                                std::string("a\nb"), std::string(129, 'x'), std::string()}) {
    const Finished ended = patiently(place.command(
        {"record", "--run", id, "--node", "n", "--type", "STARTED", "--quiet"}, collector.url()));
    trial.expect_equal(ended.status.code, 2, "exit status");
    trial.expect_equal(place.journals(), 0U, "journals left");
  }
  trial.note("refused at the door, exit 2");
}

void another_spelling(Trial& trial) {
  const Workplace place;
  FaultBackend backend(
      [](Peer& peer, const ReceivedRequest& head, FaultBackend& self) {
        ReceivedRequest request = head;
        if (!peer.read_body(request)) return true;
        std::string answer = self.take(request.body);
        // The same text, every character escaped.
        const std::size_t at = answer.find("r\xC3\xA9\xEF\xBF\xBD");
        if (at != std::string::npos) answer.replace(at, 6, R"(\u0072\u00e9\ufffd)");
        return peer.send(answer_text(200, answer));
      },
      INT_MAX);
  const Finished ended = patiently(place.command(
      {"record", "--run", "r\u00e9\xff", "--node", "n", "--type", "STARTED", "--quiet"},
      backend.url()));
  trial.expect_equal(ended.status.code, 0, "exit status");
  trial.expect_equal(kept_on(ended.errors), 0U, "kept");
  trial.expect_equal(backend.requests(), 1, "requests");
  trial.note("acknowledged with 1 request");
}

// The response acknowledges other runs or none, but never this one.
void never_named(Trial& trial, const std::string& answer) {
  const Workplace place;
  FaultBackend backend(
      [answer](Peer& peer, const ReceivedRequest& head, FaultBackend&) {
        ReceivedRequest request = head;
        return !peer.read_body(request) || peer.send(answer_text(200, answer));
      },
      INT_MAX);
  std::chrono::milliseconds longest{0};
  for (int start = 0; start < 3; ++start) {
    const auto begin = std::chrono::steady_clock::now();
    const Finished ended = patiently(
        place.command({"record", "--run", "e\u0301", "--node", "n", "--type", "STARTED", "--quiet"},
                      backend.url()));
    longest = std::max(longest, since(begin));
    trial.expect_equal(kept_on(ended.errors), 1U, "kept");
    trial.expect_equal(ended.status.code, 0, "exit status");
  }
  trial.expect_equal(place.unsent(), 3U, "in the journals");
  trial.expect(longest < 2s, fmt::format("a close of 5 s took {} ms", longest.count()));
  const int requests = backend.requests();
  trial.expect(requests <= 40, fmt::format("{} requests", requests));
  backend.behave();
  trial.expect_equal(place.shiptrace({"recover", "--quiet"}, backend.url()).status.code, 0,
                     "exit status of recover");
  trial.note(fmt::format("3 starts, {} ms at most, {} requests, all stored later", longest.count(),
                         requests));
}

void named_otherwise(Trial& trial) {
  never_named(trial, R"({"runs":[{"runId":"\u00e9","accepted":1,"rejected":[],"through":{}}]})");
}
void not_named(Trial& trial) { never_named(trial, R"({"runs":[]})"); }

}  // namespace

std::vector<Fault> identity_rows() {
  return {{"run and node ids that are not UTF-8, and noncharacters", not_utf8},
          {"ids that are too long once they are repaired", too_long_once_repaired},
          {"a response that spells the run's id with escapes", another_spelling},
          {"a response that normalises the run's id", named_otherwise},
          {"a response that names no run", not_named}};
}

}  // namespace trace::testing
