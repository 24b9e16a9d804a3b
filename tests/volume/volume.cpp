// SPDX-License-Identifier: Apache-2.0
// Volume: millions of numbered lines of 100 bytes from a real child, captured by a real worker, in
// a real backend. With an unlimited head every line is there, whole and in order, and the worker's
// memory does not grow with their number. With the default head and tail, what is shown and what is
// left out are together what was printed, to the byte.
//
//   shiptrace_volume LINES
#include <fmt/format.h>
#include <trace/capture_limits.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

#include "emitter/backend/backend.hpp"
#include "emitter/input/integer.hpp"
#include "emitter/output/text.hpp"
#include "support/child.hpp"
#include "support/collector.hpp"
#include "support/temp_dir.hpp"
#include "volume/shown_lines.hpp"

namespace {

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

constexpr std::uint64_t mebibyte = 1 << 20;
// The heap as a whole, whatever comes; and what the second half may have more than the first: less
// than half a byte for each line of the long form. The short one is over in a tenth of a second, in
// which the buffers of batches are still being made.
constexpr std::uint64_t heap_allowed = 16 * mebibyte;
constexpr std::uint64_t long_form = 2'000'000;
constexpr std::uint64_t growth_allowed(std::uint64_t lines) {
  return (lines < long_form ? 4 : 1) * mebibyte;
}
// Of all private memory; the allocator does not give all back that it had.
constexpr std::uint64_t anonymous_growth_allowed = 8 * mebibyte;
constexpr std::size_t events_per_page = 500;  // of up to 16 KiB

using Figures = std::map<std::string, std::uint64_t>;

class Volume {
 public:
  Volume(std::uint64_t lines, std::string mode) : lines_(lines), mode_(std::move(mode)) {}

  // False when something does not hold.
  bool run() {
    fmt::print("--- {}: {} lines\n", mode_, cli::output::thousands(lines_));
    work();
    read();
    const ShownLines::Volume printed{lines_, lines_ * line_bytes};
    require(shown_.wrong() == 0,
            fmt::format("{} are wrong, the first one: {}", shown_.wrong(), shown_.first_wrong()));
    require(shown_.reported() && same(*shown_.reported(), printed),
            "the last event reports another volume");
    require(same(sum(), printed), "shown and left out are not what was printed");
    if (mode_ == "whole") {
      require(!shown_.has_gap() && shown_.running_totals() == 0, "lines were left out");
    } else {
      check_limits();
    }
    check_memory();
    tell_in_one_line();
    return !failed_;
  }

 private:
  void require(bool holds, std::string_view what) {
    if (holds) return;
    fmt::print(stderr, "{}: {}\n", mode_, what);
    failed_ = true;
  }
  static bool same(const ShownLines::Volume& a, const ShownLines::Volume& b) {
    return a.lines == b.lines && a.bytes == b.bytes;
  }
  static void print(std::string_view what, const std::string& figure) {
    fmt::print("{:<44}{}\n", what, figure);
  }
  static std::string mebibytes(std::uint64_t bytes) {
    return fmt::format("{:.2f} MiB", static_cast<double>(bytes) / static_cast<double>(mebibyte));
  }
  static std::string text(const ShownLines::Volume& volume) {
    return fmt::format("{} lines, {} bytes", cli::output::thousands(volume.lines),
                       cli::output::thousands(volume.bytes));
  }

  void work() {
    const Finished worker =
        testing::run({.argv = {SHIPTRACE_VOLUME_WORKER_BINARY, collector_.url(),
                               directory_ / "journal", std::to_string(lines_), mode_}},
                     25min);
    if (worker.status != ExitStatus{0, 0}) throw std::runtime_error(worker.errors);
    std::istringstream reported(worker.output);
    std::string name;
    for (std::uint64_t number = 0; reported >> name >> number;) figures_[name] = number;
    const auto per_second = [&](const char* took) {
      const std::uint64_t ms = std::max<std::uint64_t>(figures_.at(took), 1);
      return fmt::format("{:.1f} s: {} lines per second", static_cast<double>(ms) / 1000,
                         cli::output::thousands(lines_ * 1000 / ms));
    };
    print("captured in", per_second("printed_ms"));
    print("in the store in", per_second("delivered_ms"));
    require(figures_.at("dropped") == 0, "events were dropped");
  }

  void read() {
    Config config;
    config.endpoint = collector_.url();
    auto backend = cli::backend::Backend::open(config);
    if (!backend) throw std::runtime_error(backend.error().text());
    const auto trace = cli::backend::read_trace(
        *backend, "volume", "", events_per_page,
        [&](simdjson::ondemand::object& event) { shown_.take(event); }, [] { return true; });
    if (!trace) throw std::runtime_error(trace.error().text());
    require(trace->events == figures_.at("events"),
            "the store does not have the acknowledged events");
    print("lines compared", cli::output::thousands(shown_.head().lines + shown_.tail().lines));
    print("  cut, lost, moved, mixed", std::to_string(shown_.wrong()));
    print("events", cli::output::thousands(trace->events));
  }

  ShownLines::Volume sum() const {
    return {shown_.head().lines + shown_.omitted().lines + shown_.tail().lines,
            shown_.head().bytes + shown_.omitted().bytes + shown_.tail().bytes};
  }

  void check_limits() {
    const CaptureLimits limits;
    print("shown first", text(shown_.head()));
    print("left out, hash compared", text(shown_.omitted()));
    print("shown last", text(shown_.tail()));
    print("running totals reported", std::to_string(shown_.running_totals()));
    const auto fills = [](std::uint64_t bytes, std::uint64_t limit) {
      return bytes <= limit && bytes + line_bytes > limit;
    };
    require(shown_.has_gap(), "nothing was left out");
    require(fills(shown_.head().bytes, limits.head_bytes), "the head is not as large as it may be");
    require(fills(shown_.tail().bytes, limits.tail_bytes), "the tail is not as large as it may be");
  }

  // tests/run.sh shows these lines at its end.
  void tell_in_one_line() const {
    fmt::print(
        "FIGURES: volume, {}: {} lines printed, {} shown and compared, {} wrong, {} left out; "
        "the worker's heap at most {}, later {}\n",
        mode_, cli::output::thousands(lines_),
        cli::output::thousands(shown_.head().lines + shown_.tail().lines), shown_.wrong(),
        cli::output::thousands(shown_.omitted().lines), mebibytes(figures_.at("heap_first_half")),
        mebibytes(figures_.at("heap_later")));
  }

  void check_memory() {
    const auto both = [&](const std::string& of) {
      return mebibytes(figures_.at(of + "_first_half")) + " in the first half, " +
             mebibytes(figures_.at(of + "_later")) + " from then on";
    };
    print("the worker's heap at the most", both("heap"));
    print("  anonymous memory", both("anonymous"));
    print("  looked at, in each half",
          cli::output::thousands(figures_.at("looks")) + " times or more");
    const auto grown = [&](const std::string& of) {
      return figures_.at(of + "_later") -
             std::min(figures_.at(of + "_later"), figures_.at(of + "_first_half"));
    };
    require(figures_.at("looks") > 1, "the memory was not watched");
    require(std::max(figures_.at("heap_first_half"), figures_.at("heap_later")) < heap_allowed,
            "the heap is too large");
    require(grown("heap") < growth_allowed(lines_), "the heap grows with the lines");
    require(grown("anonymous") < anonymous_growth_allowed, "memory grows with the lines");
  }

  const std::uint64_t lines_;
  const std::string mode_;
  Collector collector_;
  TempDir directory_;
  Figures figures_;
  ShownLines shown_;
  bool failed_ = false;
};

}  // namespace

int main(int argc, char** argv) try {
  const auto lines = argc == 2 ? cli::input::integer_from_text(argv[1]) : std::nullopt;
  // Less than this does not fill the default head and tail.
  if (!lines || *lines < 200'000) {
    fmt::print(stderr, "usage: {} LINES, at least 200000 of them\n", argv[0]);
    return 2;
  }
  const bool whole = Volume(*lines, "whole").run();
  const bool limited = Volume(*lines, "limited").run();
  return whole && limited ? 0 : 1;
} catch (const std::exception& error) {
  fmt::print(stderr, "the volume test failed: {}\n", error.what());
  return 1;
}
