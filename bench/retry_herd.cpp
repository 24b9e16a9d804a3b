// SPDX-License-Identifier: Apache-2.0
// retry_herd: what thousands of emitters do to a backend that comes back after an outage. A
// simulation in virtual time with the SDK's own Backoff: it judges the way of retrying, not this
// machine, and prints the same each time. docs/scale.md quotes it.
//
// An emitter has one request under way, as Shipper has: when that is acknowledged it sends the next
// batch at once, when it fails it waits for what Backoff says. The backend works off `capacity`
// requests a second, lets as many wait as it can serve in `patience`, and refuses the others.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <random>
#include <string_view>
#include <vector>

#include "ship/backoff.hpp"
#include "support/report.hpp"

namespace trace::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Asked = std::optional<milliseconds>;
using Backoff = trace::detail::ship::Backoff;

constexpr microseconds round_trip = 2ms;
constexpr microseconds patience = 100ms;
constexpr microseconds notice = 1s;  // within this the emitters notice the outage, one by one
constexpr microseconds instant = 10ms;

// Backoff without jitter.
class FixedBackoff {
 public:
  explicit FixedBackoff(std::uint64_t /*seed*/) {}

  milliseconds next(Asked asked) {
    const auto wait = std::min(Backoff::most, Backoff::first * (std::int64_t{1} << failures_));
    failures_ = std::min(failures_ + 1, 16U);
    return asked ? std::max(wait, std::min(*asked, Backoff::most_asked)) : wait;
  }
  void succeeded() noexcept { failures_ = 0; }

 private:
  unsigned failures_ = 0;
};

// Backoff that waits exactly for the Retry-After time.
class PunctualBackoff {
 public:
  explicit PunctualBackoff(std::uint64_t seed) : own_(seed) {}

  milliseconds next(Asked asked) {
    const milliseconds wait = own_.next(std::nullopt);
    return asked ? std::max(wait, std::min(*asked, Backoff::most_asked)) : wait;
  }
  void succeeded() noexcept { own_.succeeded(); }

 private:
  Backoff own_;
};

struct Herd {
  std::uint64_t emitters;
  std::uint64_t capacity;  // requests a second
  seconds outage;
  std::uint64_t backlog;  // batches of each emitter
  std::uint64_t seed;
};

// How the backend says that it cannot: during the outage and when it is overloaded.
struct Refusals {
  std::string_view down;
  Asked while_down;
  std::string_view overloaded;
  Asked when_overloaded;
};

class Backend {
 public:
  explicit Backend(std::uint64_t capacity) : service_(microseconds(1s) / capacity) {}

  // When the response is ready; nullopt: refused.
  std::optional<microseconds> take(microseconds now) {
    const microseconds begin = std::max(now, free_);
    if (begin - now > patience) return {};
    free_ = begin + service_;
    return free_;
  }

 private:
  microseconds service_;
  microseconds free_{0};
};

// How many requests came within the fullest of the windows.
class Peak {
 public:
  explicit Peak(microseconds window) : window_(window) {}

  // In the order of time.
  void count(microseconds at) {
    if (at / window_ != current_) {
      current_ = at / window_;
      in_current_ = 0;
    }
    most_ = std::max(most_, ++in_current_);
  }
  std::uint64_t most() const noexcept { return most_; }

 private:
  microseconds window_;
  std::int64_t current_ = 0;
  std::uint64_t in_current_ = 0;
  std::uint64_t most_ = 0;
};

struct Outcome {
  Peak in_a_second{1s};
  Peak at_once{instant};
  microseconds all_heard{0};  // since the recovery, as the next
  microseconds drained{0};
  std::uint64_t wasted = 0;         // refused after the recovery
  std::uint64_t during_outage = 0;  // asked in vain
};

template <class Backoff>
class Simulation {
 public:
  Simulation(const Herd& herd, const Refusals& refusals)
      : recovery_(herd.outage), refusals_(refusals), backend_(herd.capacity) {
    std::mt19937_64 random(herd.seed);
    std::uniform_int_distribution<std::int64_t> phase(0, notice.count());
    emitters_.reserve(herd.emitters);
    for (std::uint32_t i = 0; i < herd.emitters; ++i) {
      emitters_.push_back({Backoff(random()), herd.backlog, false});
      attempts_.push({microseconds(phase(random)), i});
    }
  }

  Outcome run() {
    while (!attempts_.empty()) {
      const Attempt attempt = attempts_.top();
      attempts_.pop();
      if (attempt.at < recovery_) {
        ++outcome_.during_outage;
        retry(attempt, refusals_.while_down);
      } else {
        ask(attempt);
      }
    }
    return outcome_;
  }

 private:
  struct Emitter {
    Backoff backoff;
    std::uint64_t batches;  // left
    bool heard;
  };
  struct Attempt {
    microseconds at;
    std::uint32_t emitter;

    bool operator>(const Attempt& other) const {
      return at != other.at ? at > other.at : emitter > other.emitter;
    }
  };

  void ask(const Attempt& attempt) {
    outcome_.in_a_second.count(attempt.at);
    outcome_.at_once.count(attempt.at);
    const auto answer = backend_.take(attempt.at);
    if (!answer) {
      ++outcome_.wasted;
      retry(attempt, refusals_.when_overloaded);
      return;
    }
    Emitter& emitter = emitters_[attempt.emitter];
    emitter.backoff.succeeded();
    if (!emitter.heard) outcome_.all_heard = std::max(outcome_.all_heard, *answer - recovery_);
    emitter.heard = true;
    outcome_.drained = std::max(outcome_.drained, *answer - recovery_);
    if (--emitter.batches > 0) attempts_.push({*answer + round_trip, attempt.emitter});
  }

  void retry(const Attempt& attempt, Asked asked) {
    const milliseconds wait = emitters_[attempt.emitter].backoff.next(asked);
    attempts_.push({attempt.at + round_trip + wait, attempt.emitter});
  }

  microseconds recovery_;
  Refusals refusals_;
  Backend backend_;
  std::vector<Emitter> emitters_;
  std::priority_queue<Attempt, std::vector<Attempt>, std::greater<>> attempts_;
  Outcome outcome_;
};

double in_seconds(microseconds time) { return std::chrono::duration<double>(time).count(); }

template <class Backoff>
void measure(const Herd& herd, const Refusals& refusals, std::string_view jitter) {
  const Outcome seen = Simulation<Backoff>(herd, refusals).run();
  const Case which = Case()
                         .with("emitters", herd.emitters)
                         .with("capacity", herd.capacity)
                         .with("backlog", herd.backlog)
                         .with("down", refusals.down)
                         .with("overloaded", refusals.overloaded)
                         .with("jitter", jitter);
  const Report out("retry_herd");
  out.add(which, "peak in a second", "requests", static_cast<double>(seen.in_a_second.most()));
  out.add(which, "peak in 10 ms", "requests", static_cast<double>(seen.at_once.most()));
  out.add(which, "all delivered one", "s", in_seconds(seen.all_heard));
  out.add(which, "all delivered all", "s", in_seconds(seen.drained));
  out.add(which, "wasted", "requests", static_cast<double>(seen.wasted));
  out.add(which, "during the outage", "requests", static_cast<double>(seen.during_outage));
}

void measure_all(const Herd& herd) {
  const std::vector<Refusals> all{
      {"no connection", {}, "503", {}},
      {"no connection", {}, "503, Retry-After 1", 1s},
      {"no connection", {}, "503, Retry-After 30", 30s},
      {"503, Retry-After 60", 60s, "503", {}},
      {"503, Retry-After 60", 60s, "503, Retry-After 60", 60s},
  };
  for (const Refusals& refusals : all) {
    measure<FixedBackoff>(herd, refusals, "none");
    measure<Backoff>(herd, refusals, "the SDK's");
    if (refusals.while_down || refusals.when_overloaded) {
      measure<PunctualBackoff>(herd, refusals, "the SDK's, but Retry-After to the point");
    }
  }
}

}  // namespace
}  // namespace trace::bench

int main(int argc, char** argv) {
  using namespace trace::bench;
  std::vector<std::uint64_t> emitters{1'000, 10'000};
  std::uint64_t outage = 600;
  Herd herd{.emitters = 0, .capacity = 1'000, .outage = {}, .backlog = 30, .seed = 1};
  CLI::App app{"Emitters that come back after an outage of their backend, in virtual time"};
  app.add_option("--emitters", emitters, "how many, each number a case")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--capacity", herd.capacity, "requests per second that the backend takes")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--outage", outage, "seconds")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
  app.add_option("--backlog", herd.backlog, "batches that each emitter has to deliver")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--seed", herd.seed, "of the jitter")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  herd.outage = seconds(outage);
  for (const std::uint64_t number : emitters) {
    herd.emitters = number;
    measure_all(herd);
  }
  return 0;
}
