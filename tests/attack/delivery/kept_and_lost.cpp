// SPDX-License-Identifier: Apache-2.0
// Attacks on the journal while its session lives: what is reported as kept is there, what is not
// there is reported as lost, and the exit status says so.
#include <atomic>
#include <chrono>
#include <climits>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "attack/delivery/rows.hpp"

namespace trace::testing {
namespace {

namespace fs = std::filesystem;

const Arguments run_quietly{"run", "--run", "r", "--node", "n", "--quiet"};

void all_lost(Trial& trial, const Finished& ended, int code, const std::string& what) {
  trial.expect_equal(ended.status.code, code, what + ": exit status");
  trial.expect_equal(kept_on(ended.errors), 0U, what + ": events reported as kept");
  trial.expect(lost_on(ended.errors) > 0, what + ": nothing reported as lost: " + ended.errors);
}

void in_memory(Trial& trial) {
  const Workplace place;
  const auto with = [](Arguments arguments) {
    arguments.insert(arguments.end(), {"--journal-dir", "/proc/shiptrace"});
    return arguments;
  };
  all_lost(trial, place.shiptrace(with(run_quietly), nowhere, {"true"}), 1, "run true");
  all_lost(trial, place.shiptrace(with(run_quietly), nowhere, {"sh", "-c", "exit 9"}), 9, "exit 9");
  all_lost(
      trial,
      place.shiptrace(with({"record", "--run", "r", "--node", "n", "--type", "STARTED"}), nowhere),
      1, "record");
  Command lines = place.command(with({"record", "--stdin", "--quiet"}), nowhere);
  lines.input = event_lines("r", 1000);
  const Finished recorded = run(std::move(lines));
  all_lost(trial, recorded, 1, "record --stdin");
  trial.expect_equal(lost_on(recorded.errors), 1000U, "lost of 1,000");
  Child emit(
      place.command(with({"emit", "--run", "r", "--node", "n", "--events", "500"}), nowhere));
  trial.expect(emit.wait_for_errors("shiptrace: backend"), "emit did not try the backend");
  emit.signal(SIGTERM);
  trial.expect_equal(emit.wait().code, 143, "exit status of an interrupted emit");
  trial.expect_equal(lost_on(emit.errors()), 500U, "lost by emit");
  trial.note("run, record and emit: 1,500 events reported as lost, none as kept");
}

// The child does this to the journal directory before it ends well.
void child_does(Trial& trial, const std::string& script, const std::string& why) {
  const Workplace place;
  const Finished ended =
      place.shiptrace(run_quietly, nowhere,
                      {"sh", "-c", "echo before; " + script + "; echo after", place.journal_dir()});
  all_lost(trial, ended, 1, "run");
  trial.expect(ended.errors.find(why) != std::string::npos, "stderr does not say why");
  trial.expect_equal(ended.output, "before\nafter\n", "the child's output");
  trial.note(fmt::format("{} events lost and reported, exit 1", lost_on(ended.errors)));
}

void removed(Trial& trial) { child_does(trial, "rm -r \"$0\"", "removed or replaced"); }
void directory_renamed(Trial& trial) {
  child_does(trial, "mv \"$0\" \"$0.old\"", "removed or replaced");
}
void file_removed(Trial& trial) { child_does(trial, "rm \"$0\"/*.journal", "removed or replaced"); }
void replaced(Trial& trial) {
  const Workplace place;
  const Finished ended = place.shiptrace(
      run_quietly, nowhere,
      {"sh", "-c", "for f in \"$0\"/*.journal; do mv $f $f.old; echo not yours >$f; done",
       place.journal_dir()});
  all_lost(trial, ended, 1, "run");
  std::size_t kept = 0;
  for (const auto& entry : fs::directory_iterator(place.journal_dir())) {
    std::string line;
    std::getline(std::ifstream(entry.path()), line);
    kept += line == "not yours" ? 1 : 0;
  }
  trial.expect_equal(kept, 1U, "other files that are still there");
  trial.note(
      fmt::format("{} events lost and reported, the other file stays", lost_on(ended.errors)));
}

// Recorded from a pipe, 3 MiB of events in the journal; the file is cut in the middle of it.
void truncated(Trial& trial, const std::string& size) {
  const Workplace place;
  const std::string input = place.file("input");
  std::ofstream(input) << event_lines("r", 10'000, std::string(100, 'x'));
  Command command = place.command({"record", "--stdin", "--quiet"}, nowhere);
  std::string shell = fmt::format(
      "(cat {}; until ls {}/*.journal >/dev/null 2>&1; do sleep 0.01; done; sleep 0.5; "
      "truncate -s {} {}/*.journal; cat {}) |",
      input, place.journal_dir(), size, place.journal_dir(), input);
  for (const std::string& word : command.argv) shell += " '" + word + "'";
  command.argv = {"sh", "-c", shell};
  const Finished ended = run(std::move(command));
  const std::uint64_t lost = lost_on(ended.errors);
  const std::uint64_t kept = kept_on(ended.errors);
  trial.expect_equal(ended.status.code, 1, "exit status");
  trial.expect(lost > 0, "nothing reported as lost: " + ended.errors);
  trial.expect_equal(kept, place.unsent(), "reported as kept");
  trial.expect_equal(kept + lost, 20'000U, "kept and lost");
  trial.note(fmt::format("20,000 events: {} kept, {} lost, both reported", kept, lost));
}

void truncated_to_nothing(Trial& trial) { truncated(trial, "0"); }
void truncated_in_part(Trial& trial) { truncated(trial, "1500K"); }

// The budget is spent long before the child ends: the last message has the final counts.
void final_counts(Trial& trial) {
  const Workplace place;
  Command command =
      place.command(run_quietly, nowhere,
                    {"sh", "-c", "i=0; while [ $i -lt 40 ]; do seq 1 20000; i=$((i+1)); done"});
  command.env["SHIPTRACE_JOURNAL_BUDGET"] = "4MiB";
  const Finished ended = run(std::move(command));
  trial.expect_equal(ended.status.code, 1, "exit status of a child that succeeded");
  trial.expect(place.dropped() > 0, "nothing was dropped");
  trial.expect_equal(lost_on(ended.errors), place.dropped(), "reported as lost");
  trial.expect_equal(kept_on(ended.errors), place.unsent(), "reported as kept");
  trial.note(
      fmt::format("{} dropped, {} kept: as the journal says", place.dropped(), place.unsent()));
}

// We close while another journal is being recovered and its response is missing.
void closing_during_recovery(Trial& trial) {
  const Workplace place;
  std::atomic<bool> is_out_of_order = true;
  std::atomic<int> stalled = 0;
  const std::string first_run = "left";
  FaultBackend backend(
      [&](Peer& peer, const ReceivedRequest& head, FaultBackend& self) {
        ReceivedRequest request = head;
        if (!peer.read_body(request)) return true;
        if (is_out_of_order) return peer.send(answer_text(503, "later"));
        if (request.body.find(first_run) == std::string::npos) {
          return peer.send(answer_text(200, self.take(request.body)));
        }
        ++stalled;
        peer.wait_for_close();
        return true;
      },
      INT_MAX);
  place.shiptrace({"record", "--run", first_run, "--node", "n", "--type", "PROGRESS", "--quiet"},
                  backend.url());
  trial.expect_equal(place.unsent(), 1U, "left by the first");
  is_out_of_order = false;
  Command second = place.command(run_quietly, backend.url(), {"sleep", "0.5"});
  second.env["SHIPTRACE_CLOSE_TIMEOUT"] = "5s";
  const auto before = std::chrono::steady_clock::now();
  const Finished ended = run(std::move(second));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - before;
  trial.expect(stalled > 0, "no journal was being recovered");
  trial.expect_equal(ended.status.code, 0, "exit status");
  trial.expect_equal(lost_on(ended.errors) + kept_on(ended.errors), 0U, "kept or lost");
  trial.expect_equal(backend.stored()["r"].size(), 2U, "stored");
  trial.expect_equal(place.unsent(), 1U, "of the other journal");
  trial.note(fmt::format("own 2 stored, 1 of the other kept, {:.1f} s", took.count()));
}

// A part of a journal that was left is overwritten: recovery reports it and exits with 1.
void damaged_orphan(Trial& trial) {
  const Workplace place;
  FaultBackend backend(
      [](Peer& peer, const ReceivedRequest& head, FaultBackend&) {
        ReceivedRequest request = head;
        return !peer.read_body(request) || peer.send(answer_text(503, "later"));
      },
      INT_MAX);
  Command command = place.command({"record", "--stdin", "--quiet"}, backend.url());
  command.input = event_lines("r", 5000, std::string(100, 'x'));
  trial.expect_equal(kept_on(run(std::move(command)).errors), 5000U, "kept");
  std::string journal;
  for (const auto& entry : fs::directory_iterator(place.journal_dir())) {
    if (entry.path().extension() == ".journal") journal = entry.path().string();
  }
  std::string bytes(fs::file_size(journal), '\0');
  std::ifstream(journal, std::ios::binary)
      .read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  std::size_t at = 0;
  for (int i = 0; i < 1000; ++i) at = bytes.find("xxx ", at + 1);
  std::fstream file(journal, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(at));
  file << std::string(4096, '\xff');
  file.close();
  backend.behave();
  const Finished recovered = place.shiptrace({"recover", "--quiet"}, backend.url());
  const std::size_t stored = backend.stored()["r"].size();
  trial.expect_equal(recovered.status.code, 1, "exit status");
  trial.expect(recovered.errors.find("damaged") != std::string::npos, "no diagnostic");
  trial.expect(fs::exists(place.journal_dir() + "/quarantine"), "no quarantine");
  trial.expect(stored > 0 && stored < 5000, fmt::format("{} of 5,000 stored", stored));
  trial.note(fmt::format("{} of 5,000 stored, the rest in quarantine, exit 1", stored));
}

}  // namespace

std::vector<Fault> kept_and_lost_rows() {
  return {{"journal directory that cannot be used, no backend", in_memory},
          {"journal directory removed while a child runs", removed},
          {"journal directory renamed while a child runs", directory_renamed},
          {"journal file removed while a child runs", file_removed},
          {"journal file replaced while a child runs", replaced},
          {"journal file cut to nothing", truncated_to_nothing},
          {"journal file cut in the middle of its events", truncated_in_part},
          {"budget spent, the last message's counts", final_counts},
          {"a journal that was left, damaged", damaged_orphan},
          {"close while another journal is being recovered", closing_during_recovery}};
}

}  // namespace trace::testing
