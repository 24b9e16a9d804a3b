// SPDX-License-Identifier: Apache-2.0
// The worker that the kill harness kills: two places of work, each held by one thread after
// another, all of them recording for the same runs, until the process is killed.
//
//   shiptrace_kill_emitter ENDPOINT JOURNAL_DIR RETURNED LABEL RUNS RATE
//
// RETURNED has a count for each run and place, raised after record() has returned: the count of
// place p in run r is number r * 2 + p. Behind them, one per run: 1 once its node was started. The
// first line on stdout is the session's id.
#include <trace/trace.hpp>

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include <trace/http.hpp>
#include "emitter/input/integer.hpp"
#include "emitter/verify/returned_counts.hpp"
#include "kill/emitter_counts.hpp"

namespace {

using namespace trace;
using namespace std::chrono_literals;
using testing::places;

struct Work {
  std::vector<Node>& nodes;  // one of each run
  cli::verify::ReturnedCounts& returned;
  std::string label;
  std::uint64_t rate;  // events per second of one place
};

// State that a place passes from one of its threads to the next.
struct Place {
  std::size_t number;
  std::vector<std::uint64_t> counts;  // accepted events, by run
  std::uint64_t recorded = 0;
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
};

void record_one(const Work& work, Place& place) {
  const std::size_t run = place.recorded % work.nodes.size();
  const std::uint64_t n = place.counts[run] + 1;
  const Outcome outcome =
      record(work.nodes[run], Type::progress, Level::info, field("label", work.label),
             field("thread", place.number), field("n", n), "event {} of place {}", n, place.number);
  if (outcome != Outcome::accepted) _exit(3);  // the policy is to wait, so nothing is refused
  place.counts[run] = n;
  ++place.recorded;
  work.returned.raise(run * places + place.number, n);
}

// One thread's life at its place: a burst each millisecond, none missed.
void live(const Work& work, Place& place, std::uint64_t events) {
  for (std::uint64_t i = 0; i < events; ++i) {
    record_one(work, place);
    if (place.recorded % (work.rate / 1000) == 0) {
      std::this_thread::sleep_until(place.start + place.recorded / (work.rate / 1000) * 1ms);
    }
  }
}

void hold_place(const Work& work, std::size_t number) {
  Place place{number, std::vector<std::uint64_t>(work.nodes.size())};
  // Lives of different lengths, so that the places change threads at different times.
  for (std::uint64_t generation = 0;; ++generation) {
    std::thread([&] { live(work, place, 500 + 1700 * ((generation + number) % 3)); }).join();
  }
}

int emit(const std::array<std::string, 6>& arguments) {
  const auto& [endpoint, directory, returned_path, label, runs_text, rate_text] = arguments;
  const auto runs = cli::input::integer_from_text(runs_text);
  const auto rate = cli::input::integer_from_text(rate_text);
  if (!runs || *runs == 0 || !rate || *rate < 1000 * places) return 2;

  auto returned = cli::verify::ReturnedCounts::create(returned_path, testing::counts_of(*runs));
  if (!returned) return 1;
  Config config;
  config.endpoint = endpoint;
  config.journal_dir = directory;
  config.when_full = WhenFull::block;
  config.on_diagnostic = [](const Diagnostic&) {};  // a dead collector is expected here
  Dependencies dependencies;
  dependencies.transports.add(http::transport_type());
  auto session = Session::start(config, std::move(dependencies));
  if (!session) return 1;
  std::printf("%s\n", std::string(session->id()).c_str());
  std::fflush(stdout);

  std::vector<Run> opened;
  std::vector<Node> nodes;
  for (std::uint64_t run = 0; run < *runs; ++run) {
    opened.push_back(session->run(testing::run_name(run)));
    nodes.push_back(opened.back().node(label));
    nodes.back().started();
    returned->raise(testing::start_count(*runs, run), 1);
  }
  const Work work{nodes, *returned, label, *rate / places};
  std::thread other([&] { hold_place(work, 1); });
  hold_place(work, 0);
  other.join();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr, "usage: %s ENDPOINT JOURNAL_DIR RETURNED LABEL RUNS RATE\n", argv[0]);
    return 2;
  }
  return emit({argv[1], argv[2], argv[3], argv[4], argv[5], argv[6]});
}
