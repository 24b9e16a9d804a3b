// SPDX-License-Identifier: Apache-2.0
// The proof by killing: see kill.sh, which starts this.
//
//   shiptrace_kill_harness --kills N [--seed S] [--emitter BINARY]
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "emitter/input/integer.hpp"
#include "emitter/output/text.hpp"
#include "kill/round.hpp"

namespace {

using namespace trace;
using namespace trace::testing;

// Each round has a journal directory and a database of its own, so that both stay small.
constexpr std::uint64_t kills_per_round = 100;
// A kill that finds nothing in flight proves nothing.
constexpr std::uint64_t least_left_behind_percent = 90;
constexpr std::size_t problems_shown = 20;

struct Options {
  std::uint64_t kills = 60;
  std::uint64_t seed = std::random_device()();
  std::string emitter = SHIPTRACE_KILL_EMITTER_BINARY;
};

std::optional<Options> options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const auto number = cli::input::integer_from_text(argv[i + 1]);
    if (name == "--emitter") {
      options.emitter = argv[i + 1];
    } else if (name == "--kills" && number && *number > 0) {
      options.kills = *number;
    } else if (name == "--seed" && number) {
      options.seed = *number;
    } else {
      return std::nullopt;
    }
  }
  return argc % 2 == 1 ? std::optional(options) : std::nullopt;
}

void print(const Figures& figures) {
  const auto line = [](std::string_view what, const std::string& figure) {
    fmt::print("{:<44}{}\n", what, figure);
  };
  line("emitters killed", cli::output::thousands(figures.kills));
  line("  leaving unacknowledged events behind",
       fmt::format("{} ({} %), {} events", cli::output::thousands(figures.left_behind),
                   figures.left_behind * 100 / figures.kills,
                   cli::output::thousands(figures.unacknowledged)));
  line("  offering, events per second while alive",
       cli::output::thousands(static_cast<std::uint64_t>(figures.offered())));
  line("recoveries killed", cli::output::thousands(figures.recovery_kills));
  line("kills of either that hit a recovery", cli::output::thousands(figures.hit_a_recovery));
  line("collectors killed", fmt::format("{}, {} of them with events on their way",
                                        cli::output::thousands(figures.collector_kills),
                                        cli::output::thousands(figures.collector_at_work)));
  line("events compared", cli::output::thousands(figures.compared));
  line("  lost", cli::output::thousands(figures.lost));
  line("  duplicated", cli::output::thousands(figures.duplicated));
  line("  out of order", cli::output::thousands(figures.out_of_order));
  line("  torn", cli::output::thousands(figures.torn));
  fmt::print(
      "FIGURES: {} kills, {} events compared: {} lost, {} duplicated, {} out of order, {} torn\n",
      figures.kills, cli::output::thousands(figures.compared), figures.lost, figures.duplicated,
      figures.out_of_order, figures.torn);
}

int judge(const Figures& figures) {
  const std::size_t shown = std::min(figures.problems.size(), problems_shown);
  for (std::size_t i = 0; i < shown; ++i) fmt::print(stderr, "{}\n", figures.problems[i]);
  if (figures.problems.size() > shown) {
    fmt::print(stderr, "… and {} lines more\n", figures.problems.size() - shown);
  }
  if (!figures.kept_everything()) return 1;
  if (figures.left_behind * 100 < figures.kills * least_left_behind_percent) {
    fmt::print(stderr, "too many kills found nothing in flight: they prove nothing\n");
    return 1;
  }
  return 0;
}

int harness(const Options& options) {
  fmt::print("seed {}\n", options.seed);
  std::fflush(stdout);
  std::mt19937_64 random(options.seed);
  Figures figures;
  const RoundOptions round_options{.emitter = options.emitter, .rate = 150'000, .runs = 3};
  for (std::uint64_t left = options.kills; left > 0;) {
    const std::uint64_t now = std::min(left, kills_per_round);
    Round round(round_options, random, figures);
    for (std::uint64_t i = 0; i < now; ++i) round.kill_emitter();
    round.finish();
    left -= now;
    if (!figures.kept_everything()) break;
  }
  print(figures);
  return judge(figures);
}

}  // namespace

int main(int argc, char** argv) try {
  const auto options = options_of(argc, argv);
  if (!options) {
    fmt::print(stderr, "usage: {} [--kills N] [--seed S] [--emitter BINARY]\n", argv[0]);
    return 2;
  }
  return harness(*options);
} catch (const std::exception& error) {
  fmt::print(stderr, "the harness failed: {}\n", error.what());
  return 1;
}
