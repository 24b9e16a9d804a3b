// SPDX-License-Identifier: Apache-2.0
// Attacks on the threads that capture: journals that are cut short under them, signals that they
// block.
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>

#include "attack/capture/attacks.hpp"
#include "attack/capture/traced.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto most = 20s;

void truncated_journal(Trial& trial) {
  const Stage stage;
  Ends out;
  Started run(stage.command("run", {"--", "sh", "-c",
                                    "for i in $(seq 40); do echo line $i; sleep 0.05; done"}),
              out.write, -1);
  out.close_write();
  trial.expect(out.read_until("line 5\n", most), "no output");
  int cut = 0;
  for (const auto& entry : std::filesystem::directory_iterator(stage.journal())) {
    if (entry.path().extension() != ".journal") continue;
    if (::truncate(entry.path().c_str(), 0) == 0) ++cut;
  }
  trial.expect_equal(cut, 1, "journals that were cut");
  trial.expect(out.read_until("line 40\n", most), "the output ends early");
  const int code = run.wait(most);
  trial.expect(code != 128 + SIGBUS, "SIGBUS ended it");
  trial.expect(code >= 0 && code <= 1, fmt::format("exit {}", code));
  trial.note(fmt::format("exit {}, 40 of 40 lines passed on", code));
}

// The mask of blocked signals of each thread of a process.
std::vector<std::uint64_t> blocked_signals(pid_t pid) {
  std::vector<std::uint64_t> masks;
  for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid))) {
    std::ifstream status(task.path() / "status");
    for (std::string word; status >> word;) {
      std::uint64_t mask = 0;
      if (word == "SigBlk:" && status >> std::hex >> mask) masks.push_back(mask);
    }
  }
  return masks;
}

void synchronous_signals(Trial& trial) {
  Stage stage;
  Ends out;
  Started run(stage.command("run", {"--", "sh", "-c", "echo up; exec sleep 100"}), out.write, -1);
  trial.expect(out.read_until("up", most), "no output");
  std::size_t threads = 0;
  for (const pid_t pid : {run.pid(), stage.collector.process().pid()}) {
    for (const std::uint64_t mask : blocked_signals(pid)) {
      ++threads;
      for (const int number : {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGSYS}) {
        const bool is_blocked = (mask >> static_cast<unsigned>(number - 1) & 1U) != 0;
        trial.expect(!is_blocked, fmt::format("a thread blocks signal {}", number));
      }
    }
  }
  trial.expect(threads >= 7, fmt::format("{} threads only", threads));
  trial.note(fmt::format("{} threads", threads));
  run.signal(SIGTERM);
  trial.expect_equal(run.wait(most), 143, "exit");
}

}  // namespace

std::vector<Fault> signal_attacks() {
  return {
      {"a journal cut short while output is captured", truncated_journal},
      {"no thread blocks a synchronous signal", synchronous_signals},
  };
}

}  // namespace trace::testing
