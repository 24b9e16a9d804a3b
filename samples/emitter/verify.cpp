// shiptrace verify: whether the store holds every accepted event of a run, once and in order.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend.hpp"
#include "commands.hpp"
#include "event_page.hpp"
#include "options.hpp"
#include "printable.hpp"
#include "quantity.hpp"
#include "returned_counts.hpp"
#include "run_check.hpp"
#include "run_gaps.hpp"

namespace trace::cli {
namespace {

constexpr std::size_t page_limit = 10'000;
// More gaps than that are a number.
constexpr std::size_t listed_gaps = 20;

struct VerifyOptions {
  SharedOptions shared;
  std::string run;
  std::string label;
  std::string returned;
};

struct Verdict {
  std::vector<std::string> facts;     // what holds
  std::vector<std::string> problems;  // what does not
};

// The threads of one label against the counts of a file, or against themselves.
void judge_label(const std::string& label, const LabelCheck& threads,
                 const std::optional<std::vector<std::uint64_t>>& returned, Verdict& verdict) {
  const std::size_t before = verdict.problems.size();
  std::uint64_t events = 0;
  const std::size_t count = std::max(threads.size(), returned ? returned->size() : 0);
  for (std::size_t i = 0; i < count; ++i) {
    static const ThreadCheck nothing;
    const ThreadCheck& thread = i < threads.size() ? threads[i] : nothing;
    events += thread.events();
    const std::string head = fmt::format("label {}, thread {}: ", label, i);
    if (returned && i >= returned->size()) {
      verdict.problems.push_back(head + fmt::format("{} events of a thread that the file of "
                                                    "--returned does not have",
                                                    thousands(thread.events())));
      continue;
    }
    for (const std::string& line : thread.problems(returned ? (*returned)[i] : thread.highest())) {
      verdict.problems.push_back(head + line);
    }
  }
  if (verdict.problems.size() == before) {
    verdict.facts.push_back(
        fmt::format("label {}: {} events of {} threads, each once and in order{}", label,
                    thousands(events), count, returned ? ", as many as were returned" : ""));
  }
}

// The one label that --returned speaks of.
std::optional<std::string> label_of_counts(const VerifyOptions& options, const RunCheck& check,
                                           Verdict& verdict) {
  if (!options.label.empty()) return options.label;
  if (check.labels().size() == 1) return check.labels().begin()->first;
  std::string names;
  for (const auto& [label, threads] : check.labels()) names += " " + label;
  verdict.problems.push_back(
      check.labels().empty() ? "no event of 'emit' is in the store"
                             : "several labels are in the store, choose one with --label:" + names);
  return std::nullopt;
}

Verdict judge(const VerifyOptions& options, const RunCheck& check,
              const std::optional<std::vector<std::uint64_t>>& returned) {
  Verdict verdict;
  verdict.problems = check.problems();
  if (verdict.problems.empty()) {
    verdict.facts.push_back(
        check.events() == 0
            ? fmt::format("run {}: no events", options.run)
            : fmt::format("run {}: {} events, run-wide sequences 1 to {} without a gap",
                          options.run, thousands(check.events()), thousands(check.events())));
  }
  static const LabelCheck nothing;
  const auto threads_of = [&](const std::string& label) -> const LabelCheck& {
    const auto found = check.labels().find(label);
    return found == check.labels().end() ? nothing : found->second;
  };
  if (returned) {
    const bool expected =
        std::any_of(returned->begin(), returned->end(), [](auto n) { return n > 0; });
    if (!expected && check.labels().empty()) return verdict;
    const auto label = label_of_counts(options, check, verdict);
    if (label) judge_label(*label, threads_of(*label), returned, verdict);
  } else if (!options.label.empty()) {
    judge_label(options.label, threads_of(options.label), std::nullopt, verdict);
    if (threads_of(options.label).empty()) {
      verdict.problems.push_back(fmt::format("no event has the label {}", options.label));
    }
  } else {
    for (const auto& [label, threads] : check.labels())
      judge_label(label, threads, std::nullopt, verdict);
  }
  return verdict;
}

void judge_gaps(const std::string& run, const std::optional<RunGaps>& gaps, Verdict& verdict) {
  if (!gaps) {
    verdict.facts.push_back(fmt::format(
        "run {}: this backend cannot tell what emitters sent and it does not have", run));
  } else if (gaps->missing == 0) {
    verdict.facts.push_back(fmt::format("run {}: no emitter's events have a gap", run));
  }
  if (!gaps) return;
  for (std::string& line : gaps->problems()) verdict.problems.push_back(std::move(line));
}

int verify(const VerifyOptions& options) {
  auto backend = Backend::open(config_of(options.shared));
  if (!backend) return fail(backend.error().text(), exit_code::usage);
  std::optional<std::vector<std::uint64_t>> returned;
  if (!options.returned.empty()) {
    // Before the store is read: what is counted now must be there then.
    auto counts = read_returned_counts(options.returned);
    if (!counts) return fail(counts.error().text(), exit_code::usage);
    returned = std::move(*counts);
  }
  RunCheck check(options.run);
  const auto read = read_trace(
      *backend, options.run, "", page_limit, [&](auto& event) { check.see(event); },
      [] { return true; });
  if (!read) return fail(read.error().text());
  const auto gaps = read_gaps(*backend, options.run, listed_gaps);
  if (!gaps) return fail(gaps.error().text());
  Verdict verdict = judge(options, check, returned);
  judge_gaps(options.run, *gaps, verdict);
  if (!options.shared.quiet) {
    for (const std::string& fact : verdict.facts) fmt::print("{}\n", printable(fact));
  }
  for (const std::string& problem : verdict.problems) fail(problem);
  return verdict.problems.empty() ? exit_code::ok : exit_code::failed;
}

}  // namespace

void add_verify(CLI::App& app, int& status) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* command = app.add_subcommand(
      "verify", "Checks that the store holds every accepted event of a run, once and in order.");
  command->add_option("--run", options->run, "the workflow run's id")->required()->type_name("R");
  command
      ->add_option("--label", options->label,
                   "the label of 'emit'; without it every label, or the one that there is")
      ->type_name("L");
  command->add_option("--returned", options->returned, "the file that 'emit --returned' wrote")
      ->type_name("FILE");
  add_shared(*command, options->shared);
  command->footer(
      "Every run's sequences must be 1 to n without a gap; the events of 'emit' must be there "
      "once\n"
      "and in order per thread, with --returned exactly as many as the file counts (one more "
      "where\n"
      "the emitter was killed before it could count). No emitter's own numbers may have a gap: "
      "each\n"
      "one is an event that was lost, or that still waits in a journal. A backend that cannot "
      "tell\n"
      "gaps (GET /workflows/runs/{id}/gaps) does not fail for that; it is said.\n"
      "Exit codes: 0 all of that holds; 1 it does not, and stderr says which events, or the "
      "backend\n"
      "cannot be read; 2 wrong options or configuration.");
  command->final_callback([options, &status] { status = verify(*options); });
}

}  // namespace trace::cli
