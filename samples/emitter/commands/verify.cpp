// SPDX-License-Identifier: Apache-2.0
// shiptrace verify: whether the store holds every accepted event of a run, once and in order.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "emitter/backend/backend.hpp"
#include "emitter/commands/commands.hpp"
#include "emitter/output/exit.hpp"
#include "emitter/output/text.hpp"
#include "emitter/verify/returned_counts.hpp"
#include "emitter/verify/run_check.hpp"

namespace trace::cli::commands {
namespace {

constexpr std::size_t page_limit = 10'000;
// Further gaps are only counted.
constexpr std::size_t listed_gaps = 20;

struct Verdict {
  std::vector<std::string> facts;     // what holds
  std::vector<std::string> problems;  // what does not
};

// Checks the threads of one label against the counts of a file, or for consistency.
void judge_label(const std::string& label, const verify::LabelCheck& threads,
                 const std::optional<std::vector<std::uint64_t>>& returned, Verdict& verdict) {
  const std::size_t before = verdict.problems.size();
  std::uint64_t events = 0;
  const std::size_t count = std::max(threads.size(), returned ? returned->size() : 0);
  for (std::size_t i = 0; i < count; ++i) {
    static const verify::ThreadCheck nothing;
    const verify::ThreadCheck& thread = i < threads.size() ? threads[i] : nothing;
    events += thread.events();
    const std::string head = fmt::format("label {}, thread {}: ", label, i);
    if (returned && i >= returned->size()) {
      verdict.problems.push_back(head + fmt::format("{} events of a thread that is not in "
                                                    "the file of --returned",
                                                    output::thousands(thread.events())));
      continue;
    }
    for (const std::string& line : thread.problems(returned ? (*returned)[i] : thread.highest())) {
      verdict.problems.push_back(head + line);
    }
  }
  if (verdict.problems.size() == before) {
    verdict.facts.push_back(fmt::format(
        "label {}: {} events of {} threads, each once and in order{}", label,
        output::thousands(events), count, returned ? ", as many as were returned" : ""));
  }
}

// The label that the counts of --returned belong to.
std::optional<std::string> label_of_counts(const VerifyOptions& options,
                                           const verify::RunCheck& check, Verdict& verdict) {
  if (!options.label.empty()) return options.label;
  if (check.labels().size() == 1) return check.labels().begin()->first;
  std::string names;
  for (const auto& [label, threads] : check.labels()) names += " " + label;
  verdict.problems.push_back(
      check.labels().empty() ? "the store has no event of 'emit'"
                             : "the store has several labels, choose one with --label:" + names);
  return std::nullopt;
}

Verdict judge(const VerifyOptions& options, const verify::RunCheck& check,
              const std::optional<std::vector<std::uint64_t>>& returned) {
  Verdict verdict;
  verdict.problems = check.problems();
  if (verdict.problems.empty()) {
    verdict.facts.push_back(
        check.events() == 0
            ? fmt::format("run {}: no events", options.run)
            : fmt::format("run {}: {} events, run-wide sequences 1 to {} without a gap",
                          options.run, output::thousands(check.events()),
                          output::thousands(check.events())));
  }
  const auto judge_threads_of = [&](const std::string& label) {
    static const verify::LabelCheck nothing;
    const auto found = check.labels().find(label);
    const bool is_known = found != check.labels().end();
    judge_label(label, is_known ? found->second : nothing, returned, verdict);
    return is_known;
  };
  if (returned) {
    const bool expected =
        std::any_of(returned->begin(), returned->end(), [](auto n) { return n > 0; });
    if (!expected && check.labels().empty()) return verdict;
    if (const auto label = label_of_counts(options, check, verdict)) judge_threads_of(*label);
  } else if (options.label.empty()) {
    for (const auto& [label, threads] : check.labels()) judge_threads_of(label);
  } else if (!judge_threads_of(options.label)) {
    verdict.problems.push_back(fmt::format("no event has the label {}", options.label));
  }
  return verdict;
}

void judge_gaps(const std::string& run, const std::optional<backend::RunGaps>& gaps,
                Verdict& verdict) {
  if (!gaps) {
    verdict.facts.push_back(fmt::format(
        "run {}: this backend does not report gaps (GET /workflows/runs/{{id}}/gaps)", run));
    return;
  }
  if (gaps->missing == 0) {
    verdict.facts.push_back(
        fmt::format("run {}: the sequence numbers of no emitter have a gap", run));
  }
  for (std::string& line : gaps->problems()) verdict.problems.push_back(std::move(line));
}

}  // namespace

int verify(const VerifyOptions& options) {
  auto backend = backend::Backend::open(config_of(options.shared));
  if (!backend) return output::fail(backend.error().text(), exit_code::usage);
  std::optional<std::vector<std::uint64_t>> returned;
  if (!options.returned.empty()) {
    // Read before the store, which must have everything that is counted now.
    auto counts = verify::read_returned_counts(options.returned);
    if (!counts) return output::fail(counts.error().text(), exit_code::usage);
    returned = std::move(*counts);
  }
  verify::RunCheck check(options.run);
  const auto read = backend::read_trace(
      *backend, options.run, "", page_limit, [&](auto& event) { check.see(event); },
      [] { return true; });
  if (!read) return output::fail(read.error().text());
  const auto gaps = backend::read_gaps(*backend, options.run, listed_gaps);
  if (!gaps) return output::fail(gaps.error().text());
  Verdict verdict = judge(options, check, returned);
  judge_gaps(options.run, *gaps, verdict);
  if (!options.shared.quiet) {
    for (const std::string& fact : verdict.facts) fmt::print("{}\n", output::printable(fact));
  }
  for (const std::string& problem : verdict.problems) output::fail(problem);
  return verdict.problems.empty() ? exit_code::ok : exit_code::failed;
}

}  // namespace trace::cli::commands
