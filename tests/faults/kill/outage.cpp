// SPDX-License-Identifier: Apache-2.0
// An outage at full load: events by the million are recorded while the backend is down; the heap
// has to stay flat and the journal within its budget. Then the backend comes back, new events keep
// coming, and everything has to be in the store, once and in order.
//
//   shiptrace_outage EVENTS
#include <fmt/format.h>
#include <sys/stat.h>
#include <trace/trace.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <trace/http.hpp>
#include "emitter/input/integer.hpp"
#include "emitter/output/text.hpp"
#include "kill/emitter_counts.hpp"
#include "kill/store_check.hpp"
#include "support/collector.hpp"
#include "support/own_memory.hpp"
#include "support/temp_dir.hpp"

namespace {

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t mebibyte = 1 << 20;
constexpr std::uint64_t heap_allowed = 32 * mebibyte;
constexpr std::size_t runs = 3;
constexpr auto patience = 10min;  // for all of them to be delivered on a loaded machine

std::uint64_t bytes_on_disk(const std::string& directory) {
  std::uint64_t sum = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    struct stat info {};
    if (stat(entry.path().c_str(), &info) == 0) {
      sum += static_cast<std::uint64_t>(info.st_blocks) * 512;
    }
  }
  return sum;
}

// The most that was seen of each.
class Watermarks {
 public:
  explicit Watermarks(std::string journal) : journal_(std::move(journal)) {}
  void look() {
    heap_ = std::max(heap_, heap_bytes());
    anonymous_ = std::max(anonymous_, anonymous_bytes());
    disk_ = std::max(disk_, bytes_on_disk(journal_));
  }
  std::uint64_t heap() const noexcept { return heap_; }
  std::uint64_t anonymous() const noexcept { return anonymous_; }
  std::uint64_t disk() const noexcept { return disk_; }

 private:
  std::string journal_;
  std::uint64_t heap_ = 0;
  std::uint64_t anonymous_ = 0;
  std::uint64_t disk_ = 0;
};

// A thread that records for all runs: a share at full speed, then a trickle until it is asked to
// stop.
class Place {
 public:
  Place(std::size_t number, std::uint64_t share, const std::vector<Node>& nodes)
      : number_(number), share_(share), nodes_(nodes), thread_([this] { record_all(); }) {}
  ~Place() { stop(); }

  bool has_recorded_its_share() const noexcept { return done_.load(); }
  std::uint64_t refused() const noexcept { return refused_.load(); }
  // Accepted events of the run; after stop().
  std::uint64_t accepted(std::size_t run) const noexcept { return counts_[run]; }
  void stop() {
    stop_.store(true);
    if (thread_.joinable()) thread_.join();
  }

 private:
  void record_one() {
    const std::size_t run = next_++ % runs;
    const std::uint64_t n = counts_[run] + 1;
    if (record(nodes_[run], Type::progress, Level::info, field("label", "outage"),
               field("thread", number_), field("n", n), "event {} of place {}", n,
               number_) == Outcome::accepted) {
      counts_[run] = n;
    } else {
      refused_.fetch_add(1);
    }
  }
  void record_all() {
    for (std::uint64_t i = 0; i < share_; ++i) record_one();
    done_.store(true);
    while (!stop_.load()) {
      for (int i = 0; i < 10; ++i) record_one();
      std::this_thread::sleep_for(1ms);
    }
  }

  const std::size_t number_;
  const std::uint64_t share_;
  const std::vector<Node>& nodes_;
  std::array<std::uint64_t, runs> counts_{};
  std::uint64_t next_ = 0;
  std::atomic<bool> done_{false};
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> refused_{0};
  std::thread thread_;
};

void tell(std::string_view what, const std::string& figure) {
  fmt::print("{:<44}{}\n", what, figure);
}

std::string mebibytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / static_cast<double>(mebibyte));
}

std::string per_second(std::uint64_t events, Clock::duration took) {
  const double seconds = std::chrono::duration<double>(took).count();
  return fmt::format(
      "{} in {:.1f} s: {} per second", cli::output::thousands(events), seconds,
      cli::output::thousands(static_cast<std::uint64_t>(static_cast<double>(events) / seconds)));
}

class Outage {
 public:
  explicit Outage(std::uint64_t events) : events_(events) {}

  int run() {
    collector_.kill();
    start_session();
    const std::uint64_t anonymous_before = anonymous_bytes();
    record_during_the_outage();
    const Watermarks outage = watermarks_;
    tell("heap in use at the most", mebibytes(outage.heap()));
    tell("anonymous memory",
         mebibytes(anonymous_before) + " before, at the most " + mebibytes(outage.anonymous()));
    tell("journal directory at the most", mebibytes(outage.disk()));
    drain();
    tell("  with new events coming, heap at the most", mebibytes(watermarks_.heap()));
    compare();
    require(watermarks_.heap() < heap_allowed, "the heap is not flat");
    require(watermarks_.anonymous() < anonymous_before + heap_allowed, "memory is not flat");
    require(watermarks_.disk() <= config_.journal_budget, "the journal is beyond its budget");
    return failed_ ? 1 : 0;
  }

 private:
  void require(bool holds, std::string_view what) {
    if (holds) return;
    fmt::print(stderr, "{}\n", what);
    failed_ = true;
  }

  void start_session() {
    config_.endpoint = collector_.url();
    config_.journal_dir = directory_.path().string();
    config_.on_diagnostic = [](const Diagnostic&) {};
    Dependencies dependencies;
    dependencies.transports.add(http::transport_type());
    auto session = Session::start(config_, std::move(dependencies));
    if (!session) throw std::runtime_error(session.error().text());
    session_.emplace(std::move(*session));
    for (std::size_t run = 0; run < runs; ++run) {
      runs_.push_back(session_->run(run_name(run)));
      nodes_.push_back(runs_.back().node("node"));
    }
  }

  void record_during_the_outage() {
    const auto began = Clock::now();
    for (std::size_t number = 0; number < places; ++number) {
      places_.push_back(std::make_unique<Place>(number, events_ / places, nodes_));
    }
    for (const auto& place : places_) {
      while (!place->has_recorded_its_share()) {
        watermarks_.look();
        std::this_thread::sleep_for(10ms);
      }
    }
    tell("recorded without a backend", per_second(events_, Clock::now() - began));
    // The backend is tried again and again meanwhile.
    for (const auto until = Clock::now() + 1s; Clock::now() < until;) {
      watermarks_.look();
      std::this_thread::sleep_for(10ms);
    }
    require(session_->stats().acknowledged == 0, "somebody acknowledged without a backend");
  }

  void drain() {
    collector_.start();
    const auto began = Clock::now();
    std::thread watcher([this] {
      while (!drained_.load()) {
        watermarks_.look();
        std::this_thread::sleep_for(50ms);
      }
    });
    const bool flushed = session_->flush(patience);  // at once, whatever the backoff says
    const auto took = Clock::now() - began;
    drained_.store(true);
    watcher.join();
    require(flushed, "the outage's events were not delivered in time");
    tell("drained", per_second(session_->stats().acknowledged, took));
  }

  void compare() {
    std::vector<std::uint64_t> returned(counts_of(runs));
    for (std::size_t number = 0; number < places; ++number) {
      places_[number]->stop();
      require(places_[number]->refused() == 0, "events were refused");
      for (std::size_t run = 0; run < runs; ++run) {
        returned[run * places + number] = places_[number]->accepted(run);
      }
    }
    require(session_->close(patience).kept == 0, "close() kept events");
    StoreCheck check(runs);
    check.expect("outage", returned);
    Figures figures;
    check.compare(collector_.url(), figures);
    tell("events compared", cli::output::thousands(figures.compared));
    tell("  lost, duplicated, out of order, torn",
         fmt::format("{}, {}, {}, {}", figures.lost, figures.duplicated, figures.out_of_order,
                     figures.torn));
    for (const std::string& problem : figures.problems) fmt::print(stderr, "{}\n", problem);
    require(figures.kept_everything(), "the store does not hold what was recorded");
  }

  const std::uint64_t events_;
  Config config_;
  TempDir directory_;
  Collector collector_;
  Watermarks watermarks_{directory_.path().string()};
  std::optional<Session> session_;
  std::vector<Run> runs_;
  std::vector<Node> nodes_;
  std::vector<std::unique_ptr<Place>> places_;
  std::atomic<bool> drained_{false};
  bool failed_ = false;
};

}  // namespace

int main(int argc, char** argv) try {
  const auto events = argc == 2 ? trace::cli::input::integer_from_text(argv[1]) : std::nullopt;
  if (!events || *events < places) {
    fmt::print(stderr, "usage: {} EVENTS\n", argv[0]);
    return 2;
  }
  return Outage(*events).run();
} catch (const std::exception& error) {
  fmt::print(stderr, "the outage failed: {}\n", error.what());
  return 1;
}
