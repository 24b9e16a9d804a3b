// SPDX-License-Identifier: Apache-2.0
#include "kill/store_check.hpp"

#include <fmt/format.h>
#include <trace/config.hpp>

#include "emitter/backend/backend.hpp"
#include "kill/emitter_counts.hpp"

namespace trace::testing {
namespace {

constexpr std::size_t page_limit = 10'000;

}  // namespace

void StoreCheck::expect(std::string label, std::vector<std::uint64_t> returned) {
  emitters_.push_back({std::move(label), std::move(returned)});
}

void StoreCheck::compare(const std::string& endpoint, Figures& figures) const {
  Config config;
  config.endpoint = endpoint;
  auto backend = cli::backend::Backend::open(config);
  for (std::size_t run = 0; run < runs_; ++run) {
    const std::string id = run_name(run);
    cli::verify::RunCheck found(id);
    const auto read = cli::backend::read_trace(
        *backend, id, "", page_limit, [&](auto& event) { found.see(event); }, [] { return true; });
    if (!read) {
      figures.problems.push_back(fmt::format("{}: {}", id, read.error().text()));
      continue;
    }
    for (const std::string& line : found.problems()) {
      figures.problems.push_back(fmt::format("{}: {}", id, line));
    }
    compare_run(run, found, figures);
    compare_lives(run, found, figures);
  }
}

void StoreCheck::compare_run(std::size_t run, const cli::verify::RunCheck& found,
                             Figures& figures) const {
  std::uint64_t known_events = 0;
  for (const Emitter& emitter : emitters_) {
    static const cli::verify::LabelCheck nothing;
    const auto label = found.labels().find(emitter.label);
    const cli::verify::LabelCheck& threads =
        label == found.labels().end() ? nothing : label->second;
    for (std::size_t place = 0; place < places; ++place) {
      static const cli::verify::ThreadCheck no_thread;
      const cli::verify::ThreadCheck& thread = place < threads.size() ? threads[place] : no_thread;
      const std::uint64_t returned = emitter.returned[run * places + place];
      known_events += thread.events();
      figures.compared += thread.events();
      figures.lost += thread.missing(returned);
      figures.duplicated += thread.duplicated();
      figures.out_of_order += thread.out_of_order();
      for (const std::string& line : thread.problems(returned)) {
        figures.problems.push_back(
            fmt::format("{}, emitter {}, place {}: {}", run_name(run), emitter.label, place, line));
      }
    }
  }
  const std::uint64_t strange = found.events() - found.unlabelled() - known_events;
  figures.torn += strange;
  if (strange > 0) {
    figures.problems.push_back(
        fmt::format("{}: {} events of no emitter's place", run_name(run), strange));
  }
}

// The node of each emitter was started once and has failed once, as lost. An emitter that died
// before it could say that its node was started may have both, the first or none.
void StoreCheck::compare_lives(std::size_t run, const cli::verify::RunCheck& found,
                               Figures& figures) const {
  std::uint64_t started = 0;
  for (const Emitter& emitter : emitters_) started += emitter.returned[start_count(runs_, run)];
  const std::uint64_t least = 2 * started;
  const std::uint64_t most = least + 2 * (emitters_.size() - started);
  const std::uint64_t lives = found.unlabelled();
  figures.compared += lives;
  if (lives < least) figures.lost += least - lives;
  if (lives > most) figures.torn += lives - most;
  if (lives < least || lives > most) {
    figures.problems.push_back(
        fmt::format("{}: {} events without the emitter's fields, not {} to {}: STARTED and "
                    "WORKER_LOST of each node",
                    run_name(run), lives, least, most));
  }
}

}  // namespace trace::testing
