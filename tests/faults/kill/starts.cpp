// SPDX-License-Identifier: Apache-2.0
// The race of starts: processes by the thousand start sessions on one journal directory at the same
// time, record, and close or die; all of them adopt what the dead leave. Each event has to come
// over the wire exactly once, and no journal may be left.
//
//   shiptrace_start_race STARTS
//
// The wire is a count per event in memory that all processes share. At least once is what the SDK
// promises for a death between answer and watermark, so nobody dies there: who is to die does so in
// send() before the events are delivered, or has a send() that never delivers.
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <trace/recovery.hpp>
#include <trace/trace.hpp>

#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>

#include "emitter/input/integer.hpp"
#include "emitter/output/text.hpp"
#include "support/temp_dir.hpp"
#include "unit/ship/rig.hpp"

namespace {

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

constexpr std::size_t at_once = 16;
constexpr std::uint64_t events_per_start = 2;
constexpr auto longest_life = 10ms;

enum class Ending : std::uint8_t { closes, dies_early, dies_sending };

struct Event {
  std::atomic<std::uint32_t> recorded;
  std::atomic<std::uint32_t> delivered;
};

// Events of all starts, zero, shared with every process that is forked.
std::span<Event> shared_events(std::uint64_t count) {
  void* memory = mmap(nullptr, count * sizeof(Event), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  return {static_cast<Event*>(memory), count};
}

class CountingWire final : public Transport {
 public:
  // `sends` are delivered; then the process does what it has to.
  CountingWire(std::span<Event> events, Ending ending, unsigned sends)
      : events_(events), ending_(ending), sends_(sends) {}

  SendResult send(const Batch& batch, std::chrono::steady_clock::time_point) noexcept override {
    if (ending_ == Ending::dies_early) pause();
    if (ending_ == Ending::dies_sending && sends_-- == 0) raise(SIGKILL);
    for (const OutgoingRun& run : batch.runs) {
      for (const OutgoingEvent& event : run.events) {
        events_[place_of(event.json)].delivered.fetch_add(1);
      }
    }
    return acknowledge_all(batch);
  }

 private:
  // The message is the event's place.
  static std::size_t place_of(std::string_view json) {
    constexpr std::string_view before = R"("message":")";
    const std::size_t begin = json.find(before) + before.size();
    std::size_t place = 0;
    std::from_chars(json.data() + begin, json.data() + json.size(), place);
    return place;
  }

  std::span<Event> events_;
  Ending ending_;
  unsigned sends_;
};

Config config_in(const TempDir& directory) {
  Config config;
  config.endpoint = "http://127.0.0.1:1";
  config.journal_dir = directory.path().string();
  config.when_full = WhenFull::block;
  config.on_diagnostic = [](const Diagnostic&) {};
  return config;
}

void record_one(const Node& node, std::span<Event> events, std::uint64_t place) {
  if (record(node, Type::progress, Level::info, "{}", place) != Outcome::accepted) _exit(1);
  events[place].recorded.store(1);
}

// One process: a session that begins, records and ends.
[[noreturn]] void start(const Config& config, std::span<Event> events, std::uint64_t number) {
  std::mt19937_64 random(number);
  const auto ending = static_cast<Ending>(random() % 3);
  Dependencies dependencies;
  dependencies.transport =
      std::make_unique<CountingWire>(events, ending, static_cast<unsigned>(random() % 2));
  auto session = Session::start(config, std::move(dependencies));
  if (!session) _exit(1);
  Run run = session->run("run");
  const Node node = run.node("node");
  record_one(node, events, number * events_per_start);
  std::this_thread::sleep_for(longest_life * (random() % 100) / 100);
  // Two batches: the process dies with the one or the other.
  if (ending == Ending::dies_sending) session->flush(60s);
  record_one(node, events, number * events_per_start + 1);
  if (ending == Ending::dies_early) raise(SIGKILL);
  if (ending == Ending::dies_sending) std::this_thread::sleep_for(60s);
  _exit(session->close(60s).kept == 0 && ending == Ending::closes ? 0 : 1);
}

// Waits for one process; true when it ended as it should.
bool reap() {
  int status = 0;
  if (wait(&status) < 0) return false;
  return WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0;
}

// All processes, `at_once` of them at a time; returns the number of failures.
std::uint64_t start_all(const Config& config, std::span<Event> events, std::uint64_t starts) {
  std::uint64_t failed = 0;
  for (std::uint64_t number = 0; number < starts + at_once; ++number) {
    if (number >= at_once) failed += reap() ? 0 : 1;
    if (number >= starts) continue;
    const pid_t child = fork();
    if (child == 0) start(config, events, number);
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  }
  return failed;
}

std::uint64_t recover_the_rest(const Config& config, std::span<Event> events) {
  Dependencies dependencies;
  dependencies.transport = std::make_unique<CountingWire>(events, Ending::closes, 0);
  const auto report = recover(config, 60s, std::move(dependencies));
  return report ? report->journals : 0;
}

int judge(const TempDir& directory, std::span<const Event> events, std::uint64_t failed) {
  std::uint64_t lost = 0;
  std::uint64_t again = 0;
  for (const Event& event : events) {
    lost += event.recorded.load() > event.delivered.load() ? 1 : 0;
    again += event.delivered.load() > 1 ? 1 : 0;
  }
  std::uint64_t left = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    const std::string name = entry.path().filename().string();
    left += name.find(".journal") != std::string::npos || name == "quarantine" ? 1 : 0;
  }
  fmt::print("{} events: {} lost, {} sent again; {} processes failed, {} journals left\n",
             cli::output::thousands(events.size()), lost, again, failed, left);
  return lost + again + failed + left == 0 ? 0 : 1;
}

int race(std::uint64_t starts) {
  const TempDir directory;
  const Config config = config_in(directory);
  const auto events = shared_events(starts * events_per_start);
  const std::uint64_t failed = start_all(config, events, starts);
  const std::uint64_t rest = recover_the_rest(config, events);
  fmt::print("{} starts, {} at a time; {} journals were left for the end\n",
             cli::output::thousands(starts), at_once, cli::output::thousands(rest));
  return judge(directory, events, failed);
}

}  // namespace

int main(int argc, char** argv) try {
  const auto starts = argc == 2 ? trace::cli::input::integer_from_text(argv[1]) : std::nullopt;
  if (!starts || *starts == 0) {
    fmt::print(stderr, "usage: {} STARTS\n", argv[0]);
    return 2;
  }
  return race(*starts);
} catch (const std::exception& error) {
  fmt::print(stderr, "the race failed: {}\n", error.what());
  return 1;
}
