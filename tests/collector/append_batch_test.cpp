// SPDX-License-Identifier: Apache-2.0
// The rules of exactly-once storage above the store, by model and under contention, with each kind
// of store below them.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "collector/run/batch.hpp"
#include "collector/run/emitter_id.hpp"
#include "envelopes.hpp"
#include "stores.hpp"

using namespace trace;
using namespace trace::collector;
using namespace trace::testing;
using run::append_batch;
using run::BatchResult;

namespace {

constexpr std::size_t unlimited = SIZE_MAX / 2;

JudgedEnvelope judged_of(std::vector<EventPayload> events,
                         const std::vector<std::string>& invalid = {}) {
  JudgedEnvelope judged;
  judged.envelope.run_id = "r";
  judged.envelope.events = std::move(events);
  for (const std::string& id : invalid) {
    judged.invalid.push_back({judged.invalid.size(), id, Error("timestamp", "is wrong")});
  }
  return judged;
}

// The emitters' sequences and other ids of the stored events, in their order. Each has its id as
// its message, because the store replaces ids by sequences.
std::vector<std::string> stored_ids(store::Store& store) {
  std::vector<std::string> ids;
  const auto run = store.run("r");
  if (!run) return ids;
  std::uint64_t sequence = 0;
  for (const EventPayload& event : store.events(*run, 0, unlimited, unlimited)) {
    CHECK(event.id == std::to_string(++sequence));
    ids.push_back(event.message.value_or(""));
  }
  return ids;
}

EventPayload event_with(const std::string& id) {
  EventPayload event = event_of("r", id);
  event.message = id;
  return event;
}

// What should be stored and missing, by the definition instead of by increments.
struct Model {
  std::vector<std::string> stored = {};
  std::set<std::string> known = {};
  std::map<std::string, std::set<std::uint64_t>> heard = {};  // stored or rejected, by emitter

  BatchResult append(const JudgedEnvelope& judged) {
    BatchResult result;
    std::map<std::string, std::uint64_t> through;
    const auto hear = [&](const std::string& id) {
      if (const auto parts = run::parse_emitter_id(id)) {
        std::set<std::uint64_t>& sequences = heard[std::string(parts->emitter)];
        sequences.insert(parts->sequence);
        through[std::string(parts->emitter)] = *sequences.rbegin();
      }
    };
    for (const EventPayload& event : judged.envelope.events) {
      if (known.insert(event.id).second) {
        stored.push_back(event.id);
        ++result.accepted;
      } else {
        ++result.duplicates;
      }
      hear(event.id);
    }
    for (const auto& invalid : judged.invalid) hear(invalid.id);
    for (auto& [emitter, sequence] : through) sequence = *heard[emitter].rbegin();
    result.through.assign(through.begin(), through.end());
    result.last_sequence = stored.size();
    return result;
  }

  std::uint64_t missing() const {
    std::uint64_t count = 0;
    for (const auto& [emitter, sequences] : heard) count += *sequences.rbegin() - sequences.size();
    return count;
  }
};

void check_gaps(store::Store& store, const Model& model) {
  const store::RunGaps gaps = store.gaps(store.run("r")->number, unlimited);
  CHECK(gaps.missing == model.missing());
  std::uint64_t ranges = 0;
  for (const store::EmitterGaps& emitter : gaps.emitters) {
    const std::set<std::uint64_t>& heard = model.heard.at(emitter.emitter);
    CHECK(emitter.highest == *heard.rbegin());
    std::uint64_t previous = 0;
    for (const store::Range& gap : emitter.missing) {
      ++ranges;
      CHECK(gap.first <= gap.last);
      CHECK((previous == 0 || gap.first > previous + 1));  // ranges that touch would be one
      CHECK((gap.first == 1 || heard.contains(gap.first - 1)));
      CHECK(heard.contains(gap.last + 1));
      CHECK(heard.lower_bound(gap.first) == heard.find(gap.last + 1));
      previous = gap.last;
    }
  }
  CHECK(gaps.ranges == ranges);
}

}  // namespace

TEST_CASE_TEMPLATE("random batches are stored as a simple model says", Database, InMemory,
                   InSqlite) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    INFO("seed: " << seed);
    std::mt19937 random(seed);
    const auto below = [&](unsigned bound) { return static_cast<unsigned>(random() % bound); };
    Database database;
    const auto store = database.open();
    Model model;
    for (int round = 0; round < 40; ++round) {
      const auto random_id = [&] {
        if (below(8) == 0) return "foreign " + std::to_string(below(20));
        return id_of(below(2) == 0 ? session_a : session_b, below(2), 1 + below(60));
      };
      std::vector<EventPayload> events;
      std::vector<std::string> invalid;
      for (unsigned i = below(12); i > 0; --i) events.push_back(event_with(random_id()));
      for (unsigned i = below(4); i > 1; --i) invalid.push_back(random_id());
      const JudgedEnvelope judged = judged_of(std::move(events), invalid);
      const BatchResult expected = model.append(judged);
      const BatchResult result = append_batch(*store, judged);
      CHECK(result.accepted == expected.accepted);
      CHECK(result.duplicates == expected.duplicates);
      CHECK(result.through == expected.through);
      CHECK(result.last_sequence == expected.last_sequence);
      CHECK(stored_ids(*store) == model.stored);
      check_gaps(*store, model);
    }
  }
}

TEST_CASE_TEMPLATE("writers of one run with overlapping batches store each event once", Database,
                   InMemory, InSqlite) {
  // Each writer has a store of its own, as several collectors over one database.
  constexpr unsigned writers = 4;
  constexpr std::uint64_t batches = 30;
  Database database;
  std::vector<std::unique_ptr<store::Store>> stores;
  for (unsigned i = 0; i < writers; ++i) stores.push_back(database.open());
  std::atomic<std::uint64_t> accepted = 0;
  std::atomic<std::uint64_t> duplicates = 0;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < writers; ++i) {
    threads.emplace_back([&, i] {
      for (std::uint64_t batch = 0; batch < batches; ++batch) {
        // Ten events of an emitter that all writers share, some late, and three of one's own.
        std::vector<EventPayload> events;
        for (std::uint64_t k = 0; k < 10; ++k) {
          const std::uint64_t place = batch * 10 + (i % 2 == 0 ? k : 9 - k);
          events.push_back(event_with(id_of(session_a, 0, 1 + place)));
        }
        for (std::uint64_t k = 0; k < 3; ++k) {
          events.push_back(event_with(id_of(session_b, i, 1 + batch * 3 + k)));
        }
        events.push_back(event_with("foreign " + std::to_string(batch)));
        const BatchResult result = append_batch(*stores[i], judged_of(std::move(events)));
        accepted += result.accepted;
        duplicates += result.duplicates;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  constexpr std::uint64_t distinct = batches * (10 + 1 + 3 * writers);
  std::vector<std::string> ids = stored_ids(*stores.front());
  CHECK(ids.size() == distinct);
  std::sort(ids.begin(), ids.end());
  CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
  CHECK(accepted == distinct);
  CHECK(accepted + duplicates == batches * writers * 14);
  CHECK(stores.front()->gaps(stores.front()->run("r")->number, 10).missing == 0);
}

TEST_CASE("a batch of duplicates is acknowledged without an append") {
  class ReadOnly final : public MemoryStore {
   public:
    using MemoryStore::MemoryStore;
    bool append(const store::Append&) override { throw store::StoreError("read-only"); }
  };
  const auto database = std::make_shared<MemoryDatabase>();
  MemoryStore store(database);
  const JudgedEnvelope judged = judged_of(events_of("r", 1, 5));
  append_batch(store, judged);
  ReadOnly read_only(database);
  const BatchResult result = append_batch(read_only, judged);
  CHECK(result.duplicates == 5);
  CHECK(result.through.front().second == 5);
  CHECK_THROWS_AS(append_batch(read_only, judged_of(events_of("r", 6, 6))), store::StoreError);
}

TEST_CASE("a conflict starts over with the new state, and endless conflicts are an error") {
  class Contended final : public MemoryStore {
   public:
    Contended(std::shared_ptr<MemoryDatabase> database, int conflicts)
        : MemoryStore(database), rival_(database), conflicts_(conflicts) {}
    bool append(const store::Append& changes) override {
      if (conflicts_-- > 0) {
        // Another writer is faster each time.
        append_batch(rival_, judged_of({event_with("rival " + std::to_string(conflicts_))}));
      }
      return MemoryStore::append(changes);
    }

   private:
    MemoryStore rival_;
    int conflicts_;
  };
  const auto database = std::make_shared<MemoryDatabase>();
  Contended some(database, 3);
  const BatchResult result = append_batch(some, judged_of({event_with("mine")}));
  CHECK(result.accepted == 1);
  CHECK(result.last_sequence == 4);
  CHECK(stored_ids(some) == std::vector<std::string>{"rival 2", "rival 1", "rival 0", "mine"});
  Contended endless(database, 1'000'000);
  CHECK_THROWS_AS(append_batch(endless, judged_of({event_with("never")})), store::StoreError);
}
