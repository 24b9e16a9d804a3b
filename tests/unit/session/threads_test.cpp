// SPDX-License-Identifier: Apache-2.0
// Many threads at once, on the same runs, in a journal that is too small for what they record:
// slabs switch and are used again, lanes pass from thread to thread, record() waits for the
// shipper. Made for ThreadSanitizer, and quick without it.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

constexpr int workers = 8;
constexpr int threads_of_worker = 5;  // one after the other
constexpr int events_of_thread = 500;
constexpr std::uint64_t budget = 4 << 20;
constexpr std::size_t text_bytes = 600;
static_assert(std::uint64_t{workers} * threads_of_worker * events_of_thread * text_bytes >
              2 * budget);

// A worker's events count from 1 in each run, whichever thread records them.
class Worker {
 public:
  Worker(int number, std::array<Run, 3>& runs) : number_(number) {
    for (Run& run : runs) nodes_.push_back(run.node(fmt::format("node {}", number)));
  }

  void work() {
    for (int i = 0; i < threads_of_worker; ++i) std::thread([this] { record_some(); }).join();
  }

 private:
  void record_some() {
    for (int i = 0; i < events_of_thread; ++i) {
      const std::size_t run = static_cast<std::size_t>(i + number_) % nodes_.size();
      const Outcome outcome = record(nodes_[run], Type::progress, Level::info,
                                     field("n", ++recorded_[run]), "{}", text_);
      if (outcome != Outcome::accepted) ++refused;
    }
  }

  int number_;
  std::vector<Node> nodes_;
  std::array<int, 3> recorded_{};
  std::string text_ = std::string(text_bytes, 'x');

 public:
  int refused = 0;
};

}  // namespace

TEST_CASE("what many threads record in a small journal is delivered once and in order") {
  RecordedSession session({.journal_budget = budget, .when_full = WhenFull::block});
  std::array<Run, 3> runs{session.session().run("a"), session.session().run("b"),
                          session.session().run("c")};
  {
    std::vector<Worker> all;
    for (int i = 0; i < workers; ++i) all.emplace_back(i, runs);
    std::vector<std::jthread> outer;
    for (Worker& worker : all) outer.emplace_back([&worker] { worker.work(); });
    outer.clear();
    for (const Worker& worker : all) CHECK(worker.refused == 0);
  }
  std::map<std::pair<std::string, std::string>, int> recorded;        // run, node
  std::map<std::pair<std::string, std::string>, std::uint64_t> last;  // run, emitter
  std::set<std::string> emitters;
  std::size_t wrong = 0;
  const auto events = session.events();
  for (const EventPayload& event : events) {
    const int n = ++recorded[{event.run_id, event.node_id}];
    const std::size_t dash = event.id.rfind('-');
    const std::string emitter = event.id.substr(0, dash);
    const std::uint64_t sequence = ++last[{event.run_id, emitter}];
    if (event.data != fmt::format(R"({{"n":{}}})", n)) ++wrong;
    if (std::stoull(event.id.substr(dash + 1)) != sequence) ++wrong;
    emitters.insert(emitter);
  }
  CHECK(wrong == 0);
  CHECK(events.size() == workers * threads_of_worker * events_of_thread);
  CHECK(recorded.size() == workers * runs.size());
  // A thread that ended leaves its lane to the next.
  CHECK(emitters.size() <= workers);
  CHECK(session.stats().dropped == 0);
}
