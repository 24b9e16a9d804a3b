// SPDX-License-Identifier: Apache-2.0
// Floods of events that the backend refuses for good, from several sessions at a time.
#include <fmt/format.h>
#include <simdjson.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <trace/trace.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "attack/files/place.hpp"
#include "attack/files/rows.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t budget = std::uint64_t{4} << 20;

// Refuses each event that says "poison", alone or in a batch, and takes the others.
class Picky final : public Transport {
 public:
  SendResult send(const Batch& batch, std::chrono::steady_clock::time_point) noexcept override {
    SendResult result;
    for (const OutgoingRun& run : batch.runs) {
      if (run.line.find("poison") == std::string_view::npos) continue;
      result.kind = SendResult::Kind::rejected;
      result.detail = "poison";
      return result;
    }
    result.kind = SendResult::Kind::acknowledged;
    for (const OutgoingRun& run : batch.runs) {
      RunAcknowledgement& answer = result.runs.emplace_back();
      answer.run_id = run.run_id;
      for (const OutgoingEvent& event : run.events) {
        answer.through.push_back({fmt::format("{}-{}", batch.session, event.lane), event.sequence});
      }
    }
    return result;
  }
};

std::uint64_t blocks_in(const std::string& directory, std::uint64_t& dead_letters) {
  std::uint64_t all = 0;
  dead_letters = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    struct stat info {};
    if (lstat(at->path().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    const auto bytes = static_cast<std::uint64_t>(info.st_blocks) * 512;
    all += bytes;
    if (at->path().filename().string().starts_with("rejected")) dead_letters += bytes;
  }
  return all;
}

struct Counts {
  std::uint64_t rejected = 0;
  std::uint64_t dropped = 0;
  std::uint64_t reported = 0;
};

// One session: every other event is refused. Its counts go to the pipe.
[[noreturn]] void flood(const std::string& directory, int number, int events, int out) {
  Config config;
  config.endpoint = "http://127.0.0.1:1";
  config.journal_dir = directory;
  config.journal_budget = budget;
  config.when_full = WhenFull::block;
  std::atomic<std::uint64_t> reported{0};
  config.on_diagnostic = [&](const Diagnostic& diagnostic) {
    if (diagnostic.reason == "dead_letters") ++reported;
  };
  Dependencies dependencies;
  dependencies.transport = std::make_unique<Picky>();
  auto session = Session::start(config, std::move(dependencies));
  if (!session) _exit(1);
  auto run = session->run(fmt::format("run-{}", number));
  auto node = run.node("n");
  const std::string text(3000, 'x');
  for (int i = 0; i < events; ++i) {
    record(node, Type::progress, Level::info, "{} {} {}", i % 2 == 0 ? "fine" : "poison", i, text);
  }
  session->flush(60s);
  session->close(1s);
  const Stats stats = session->stats();
  const Counts counts{stats.rejected, stats.dead_letters_dropped, reported.load()};
  [[maybe_unused]] const ssize_t written = write(out, &counts, sizeof counts);
  _exit(0);
}

// Whole lines of JSON, none twice.
std::size_t read_letters(Trial& trial, const std::string& path, std::set<std::string>& ids) {
  std::ifstream file(path);
  std::string line;
  std::size_t lines = 0;
  simdjson::dom::parser parser;
  while (std::getline(file, line)) {
    ++lines;
    std::string_view id;
    std::string_view run;
    simdjson::dom::element letter;
    if (parser.parse(line).get(letter) != simdjson::SUCCESS ||
        letter["event"]["id"].get(id) != simdjson::SUCCESS ||
        letter["event"]["runId"].get(run) != simdjson::SUCCESS) {
      trial.expect(false, fmt::format("line {} of {} is not an event", lines, path));
      break;
    }
    if (!ids.insert(fmt::format("{}/{}", run, id)).second) trial.expect(false, "an event twice");
  }
  return lines;
}

void dead_letters(Trial& trial) {
  const Place place;
  constexpr int sessions = 3;
  constexpr int events = 800;
  int ends[2];
  if (pipe(ends) != 0) return trial.expect(false, "no pipe");
  for (int i = 0; i < sessions; ++i) {
    if (fork() == 0) flood(place.directory(), i, events, ends[1]);
  }
  close(ends[1]);
  std::uint64_t most_letters = 0;
  std::uint64_t most = 0;
  int ended = 0;
  while (ended < sessions) {
    std::uint64_t letters = 0;
    most = std::max(most, blocks_in(place.directory(), letters));
    most_letters = std::max(most_letters, letters);
    if (waitpid(-1, nullptr, WNOHANG) > 0) ++ended;
    usleep(2000);
  }
  Counts sum;
  Counts one;
  while (read(ends[0], &one, sizeof one) == static_cast<ssize_t>(sizeof one)) {
    sum.rejected += one.rejected;
    sum.dropped += one.dropped;
    sum.reported += one.reported;
  }
  trial.expect_equal(sum.rejected, std::uint64_t{sessions * events / 2}, "refused");
  trial.expect(most_letters <= budget / 8, fmt::format("they took {} bytes", most_letters));
  trial.expect(most <= budget, fmt::format("the directory took {} bytes", most));
  trial.expect(sum.dropped > 0 && sum.reported > 0, "no diagnostic");
  std::set<std::string> ids;
  const std::size_t kept = read_letters(trial, place.in("rejected.ndjson"), ids) +
                           read_letters(trial, place.in("rejected.old.ndjson"), ids);
  trial.expect_equal(kept + sum.dropped, sum.rejected, "kept and dropped together");
  trial.note(
      fmt::format("{} refused by 3 sessions, {} kept in {} KiB, {} dropped and counted; "
                  "directory {} KiB of 4096",
                  sum.rejected, kept, most_letters / 1024, sum.dropped, most / 1024));
}

}  // namespace

std::vector<Fault> budget_rows() { return {{"a flood of refused events", dead_letters}}; }

}  // namespace trace::testing
