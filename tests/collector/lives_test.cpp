// SPDX-License-Identifier: Apache-2.0
// Lives of runs: what happens, and the status, the nodes and the stream that must follow from it.
// Prints the table. Time is the tests': a step may say that so many seconds pass.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <trace/status.hpp>

#include "collector/api/payloads.hpp"
#include "collector/api/routes.hpp"
#include "collector/run/batch.hpp"
#include "collector/run/watch.hpp"
#include "collector/stream/feed.hpp"
#include "envelopes.hpp"
#include "stores.hpp"

using namespace trace;
using namespace trace::collector;
using namespace trace::testing;

namespace {

constexpr auto early = "2025-10-13T11:00:00Z";
constexpr auto usual = "2025-10-13T12:00:00.000001Z";
constexpr auto late = "2025-10-13T13:00:00Z";

// An event. `detail`: "retryable", "cancelled", "captured", "skipped", or an error's code.
struct Event {
  const char* node;
  Type type;
  const char* detail = "";
  const char* time = usual;
  std::string_view session = session_a;
};
struct Total {
  std::uint32_t actions;
};
struct Finished {
  const char* time = late;
};
struct Cancel {};  // POST
struct Lease {
  std::string_view session = session_a;
};
struct Engine {
  const char* status;
};
struct Seconds {
  int count;
};
struct Down {
  int seconds;
};
using Step = std::variant<Event, Total, Finished, Cancel, Lease, Engine, Seconds, Down>;

Event started(const char* node, const char* time = usual, std::string_view session = session_a) {
  return {node, Type::started, "", time, session};
}
Event completed(const char* node, const char* detail = "", const char* time = usual,
                std::string_view session = session_a) {
  return {node, Type::completed, detail, time, session};
}
Event failed(const char* node, const char* detail = "X", const char* time = usual,
             std::string_view session = session_a) {
  return {node, Type::failed, detail, time, session};
}
Event logged(const char* node, const char* detail = "", const char* time = usual) {
  return {node, Type::progress, detail, time};
}

EventPayload payload_of(const Event& event, std::uint64_t sequence) {
  EventPayload payload = event_of("r", id_of(event.session, 0, sequence), event.node, event.type);
  payload.timestamp = event.time;
  const std::string detail = event.detail;
  if (detail == "cancelled" || detail == "captured") {
    payload.message = "Run cancelled by user";
    payload.level = Level::warn;
  }
  if (detail == "captured") payload.data = R"({"stream":"stderr"})";
  if (detail == "retryable") payload.data = R"({"retryable":true})";
  if (detail == "skipped") payload.data = R"({"skipped":true,"reason":"no need"})";
  if (event.type == Type::failed) payload.error = ErrorInfo{"it broke", {}, detail};
  return payload;
}

// A collector without a network, whose clock the test moves.
class World {
 public:
  explicit World(std::unique_ptr<store::Store> store)
      : store_(std::move(store)),
        watch_(*store_, {}),
        context_{*store_, watch_, metrics_, std::size_t{1} << 20, [](const std::string&) {}} {}

  void apply(const Step& step) {
    std::visit([this](const auto& each) { apply_one(each); }, step);
  }

  std::string status() { return std::string(name(payload().status)); }
  RunStatusPayload payload() { return api::status_payload(*store_, *store_->run("r")); }

  // "a=COMPLETED b=FAILED"
  std::string nodes() {
    const auto body = boost::json::parse(api::nodes(context_, {.run_id = "r"}).body);
    std::string text;
    for (const auto& node : body.at("nodes").as_array()) {
      text += fmt::format("{}{}={}", text.empty() ? "" : " ",
                          std::string_view(node.at("nodeId").as_string()),
                          std::string_view(node.at("status").as_string()));
    }
    return text;
  }

  bool stream_ends() {
    stream::Feed feed("r", 0);
    while (feed.has_more()) {
      feed.advance(stream::read_feed_page(*store_, "r", feed.position()));
      if (feed.has_ended()) return true;
    }
    return false;
  }

 private:
  void apply_one(const Event& event) {
    const std::uint64_t sequence = ++sequences_[event.session == session_b];
    append([&](StreamEnvelope& envelope) { envelope.events = {payload_of(event, sequence)}; });
  }
  void apply_one(const Total& total) {
    append([&](StreamEnvelope& envelope) { envelope.total_actions = total.actions; });
  }
  void apply_one(const Finished& finished) {
    append([&](StreamEnvelope& envelope) { envelope.finished_at = finished.time; });
  }
  void apply_one(const Cancel&) { api::cancel(context_, {.run_id = "r"}); }
  void apply_one(const Lease& lease) {
    std::vector<std::string> changed;
    watch_.hear(std::string(lease.session), now(), changed);
  }
  // Nobody looks, as while the collector is down.
  void apply_one(const Down& down) { passed_ms_ += std::int64_t{down.seconds} * 1000; }
  void apply_one(const Engine& engine) {
    const std::string body = fmt::format(R"({{"status":"{}"}})", engine.status);
    CHECK(api::put_run(context_, {.run_id = "r", .body = body}).status == 200);
  }
  void apply_one(const Seconds& seconds) {
    for (int second = 0; second < seconds.count; ++second) {
      passed_ms_ += 1000;
      std::vector<std::string> changed;
      watch_.look(now(), changed);
    }
  }

  template <class Fill>
  void append(const Fill& fill) {
    JudgedEnvelope judged;
    judged.envelope.run_id = "r";
    fill(judged.envelope);
    run::append_batch(*store_, judged);
  }
  std::int64_t now() const { return run::milliseconds_now() + passed_ms_; }

  std::unique_ptr<store::Store> store_;
  run::Watch watch_;
  api::Metrics metrics_;
  api::Context context_;
  std::array<std::uint64_t, 2> sequences_{};
  std::int64_t passed_ms_ = 0;
};

struct Life {
  const char* what;
  std::vector<Step> steps;
  const char* status;
  const char* nodes;
  bool stream_ends;
};

std::vector<Life> lives() {
  return {
      {"registered, nothing happened", {Total{2}}, "QUEUED", "", false},
      {"progress alone", {logged("a")}, "RUNNING", "a=PENDING", false},
      {"progress alone, then quiet", {logged("a"), Seconds{31}}, "COMPLETED", "a=PENDING", true},
      {"its only node completed", {started("a"), completed("a")}, "RUNNING", "a=COMPLETED", false},
      {"its only node completed, then quiet",
       {started("a"), completed("a"), Seconds{31}},
       "COMPLETED",
       "a=COMPLETED",
       true},
      {"build, then scan, said to be finished",
       {started("a"), completed("a"), started("b"), completed("b"), Finished{}},
       "COMPLETED",
       "a=COMPLETED b=COMPLETED",
       true},
      {"finished, and the word of it is repeated after another node started",
       {started("a"), completed("a"), Finished{}, started("b", "2025-10-13T14:00:00Z"), Finished{},
        completed("b", "", "2025-10-13T14:00:00Z")},
       "RUNNING",
       "a=COMPLETED b=COMPLETED",
       false},
      {"build, then scan fails, finished",
       {started("a"), completed("a"), started("b"), failed("b"), Finished{}},
       "FAILED",
       "a=COMPLETED b=FAILED",
       true},
      {"build, scan and a skipped third, of three",
       {Total{3}, started("a"), completed("a"), started("b"), completed("b"),
        completed("c", "skipped")},
       "COMPLETED",
       "a=COMPLETED b=COMPLETED c=SKIPPED",
       true},
      {"between two of three",
       {Total{3}, started("a"), completed("a"), Seconds{31}},
       "RUNNING",
       "a=COMPLETED",
       false},
      {"the second of two never starts",
       {Total{2}, started("a"), completed("a"), Seconds{601}},
       "FAILED",
       "a=COMPLETED",
       true},
      {"the second starts late",
       {started("a"), completed("a"), Seconds{31}, started("b", late)},
       "RUNNING",
       "a=COMPLETED b=RUNNING",
       false},
      {"a failure while others work",
       {started("a"), started("b"), failed("a")},
       "RUNNING",
       "a=FAILED b=RUNNING",
       false},
      {"parallel nodes, one failed, the last ended, of two",
       {Total{2}, started("a"), started("b"), failed("a"), completed("b")},
       "FAILED",
       "a=FAILED b=COMPLETED",
       true},
      {"a retry is to come",
       {started("a"), failed("a", "retryable")},
       "RUNNING",
       "a=RETRYING",
       false},
      {"a retry that completed, of one",
       {Total{1}, started("a"), failed("a", "retryable"), started("a", late),
        completed("a", "", late)},
       "COMPLETED",
       "a=COMPLETED",
       true},
      {"a retry that never came",
       {started("a"), failed("a", "retryable"), Seconds{601}},
       "FAILED",
       "a=RETRYING",
       true},
      {"finished while a retry was to come",
       {started("a"), failed("a", "retryable"), Finished{}},
       "FAILED",
       "a=RETRYING",
       true},
      {"a worker was stopped, another one goes on",
       {started("a"), failed("a", "retryable"), started("a", late, session_b)},
       "RUNNING",
       "a=RUNNING",
       false},
      {"cancelled before anything happened", {Total{1}, Cancel{}}, "CANCELLED", "", true},
      {"cancelled by an event, then its nodes end",
       {started("a"), started("b"), logged("a", "cancelled"), failed("a", "CANCELLED"),
        completed("b")},
       "CANCELLED",
       "a=FAILED b=COMPLETED",
       true},
      {"cancelled, then another node starts",
       {started("a"), Cancel{}, started("b", "2099-01-01T00:00:00Z")},
       "CANCELLED",
       "a=RUNNING b=RUNNING",
       true},
      {"cancelled, then started anew",
       {started("a"), logged("a", "cancelled"), failed("a", "CANCELLED"), started("a", late)},
       "RUNNING",
       "a=RUNNING",
       false},
      {"cancelled after it was over",
       {Total{1}, started("a"), completed("a"), logged("a", "cancelled"), Cancel{}},
       "COMPLETED",
       "a=COMPLETED",
       true},
      {"a program printed the words of a cancellation",
       {started("a"), logged("a", "captured")},
       "RUNNING",
       "a=RUNNING",
       false},
      {"its worker lives",
       {Lease{}, started("a"), Seconds{50}, Lease{}, Seconds{50}},
       "RUNNING",
       "a=RUNNING",
       false},
      {"its host was cut off", {Lease{}, started("a"), Seconds{61}}, "FAILED", "a=LOST", false},
      {"its host was cut off for good",
       {Lease{}, started("a"), Seconds{61}, Seconds{31}},
       "FAILED",
       "a=LOST",
       true},
      {"its host was cut off for two minutes",
       {Lease{}, started("a"), Seconds{61}, Seconds{59}, Lease{}},
       "RUNNING",
       "a=RUNNING",
       false},
      {"cut off, back, and completed",
       {Total{1}, Lease{}, started("a"), Seconds{61}, Lease{}, completed("a", "", late)},
       "COMPLETED",
       "a=COMPLETED",
       true},
      {"nobody could be heard for an hour",
       {Lease{}, started("a"), Down{3600}, Seconds{50}},
       "RUNNING",
       "a=RUNNING",
       false},
      {"settled, and nobody could be heard for an hour",
       {started("a"), completed("a"), Down{3600}, Seconds{20}},
       "RUNNING",
       "a=COMPLETED",
       false},
      {"a worker that never sent a lease is not lost",
       {started("a"), Seconds{3600}},
       "RUNNING",
       "a=RUNNING",
       false},
      {"its journal is recovered after the verdict",
       {Total{1}, Lease{}, started("a"), Seconds{61}, Seconds{31}, completed("a", "", late)},
       "COMPLETED",
       "a=COMPLETED",
       true},
      {"killed, and its journal was found",
       {Total{1}, Lease{}, started("a"), failed("a", "WORKER_LOST", late)},
       "FAILED",
       "a=FAILED",
       true},
      {"killed, started elsewhere, and its remains come last",
       {Total{1}, started("a", late, session_b), completed("a", "", late, session_b),
        started("a", early), failed("a", "WORKER_LOST", early)},
       "COMPLETED",
       "a=COMPLETED",
       true},
      {"a clock that goes back",
       {Total{1}, started("a", late), completed("a", "", early)},
       "COMPLETED",
       "a=COMPLETED",
       true},
      {"late lines after the end",
       {Total{1}, started("a"), completed("a"), logged("a", "", late)},
       "COMPLETED",
       "a=COMPLETED",
       true},
      {"more nodes than counted",
       {Total{1}, started("a"), completed("a"), started("b", late), completed("b", "", late)},
       "COMPLETED",
       "a=COMPLETED b=COMPLETED",
       true},
      {"the engine timed it out",
       {started("a"), Engine{"TIMED_OUT"}},
       "TIMED_OUT",
       "a=RUNNING",
       true},
      {"the engine runs it, and a user cancels it",
       {started("a"), Engine{"RUNNING"}, Cancel{}},
       "CANCELLED",
       "a=RUNNING",
       true},
      {"the engine terminated it",
       {started("a"), Engine{"TERMINATED"}},
       "TERMINATED",
       "a=RUNNING",
       true},
      {"the engine cancelled it, in its spelling",
       {started("a"), Engine{"CANCELED"}},
       "CANCELLED",
       "a=RUNNING",
       true},
      {"the engine still runs it",
       {Total{1}, started("a"), completed("a"), Engine{"RUNNING"}},
       "RUNNING",
       "a=COMPLETED",
       false},
  };
}

}  // namespace

TEST_CASE_TEMPLATE("lives of runs", Database, InMemory, InSqlite) {
  fmt::print("{:52} {:11} {:36} {}\n", "life", "status", "nodes", "stream");
  for (const Life& life : lives()) {
    Database database;
    World world(database.open());
    for (const Step& step : life.steps) world.apply(step);
    const std::string status = world.status();
    const std::string nodes = world.nodes();
    const bool ends = world.stream_ends();
    fmt::print("{:52} {:11} {:36} {}\n", life.what, status, nodes, ends ? "complete" : "open");
    INFO("life: " << std::string(life.what));
    CHECK(status == life.status);
    CHECK(nodes == life.nodes);
    CHECK(ends == life.stream_ends);
    const RunStatusPayload payload = world.payload();
    CHECK(payload.completed_at.has_value() == is_terminal(payload.status));
    if (payload.completed_at)
      CHECK_FALSE(run::is_before(*payload.completed_at, payload.started_at));
    if (payload.progress) {
      CHECK(payload.progress->completed_actions <= payload.progress->total_actions);
    }
    const bool has_failed = status == "FAILED" || status == "TERMINATED" || status == "TIMED_OUT";
    CHECK(payload.failure.has_value() == has_failed);
    CHECK(parse_run_status(to_json(payload)).ok());
  }
}
