// SPDX-License-Identifier: Apache-2.0
// A worker is killed at every instruction boundary of what it does to its journal, and each time
// recovered: everything whose record() had returned is there once, nothing is torn, order is kept.
//
// The kernel keeps the pages of a shared mapping, so a kill leaves exactly the file as it stands at
// that boundary. Therefore one worker is stepped through, and wherever the file or the worker's
// ledger differs from the boundary before, a copy of the file is recovered. That a copy is what a
// kill leaves is shown by killing at a sample of the boundaries. In between, only bytes that are
// not committed differ; of those every 256th boundary is taken, with SHIPTRACE_TEST_LONG=1 every
// one.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>

#include "kill/step/aftermath.hpp"
#include "kill/step/journal_watch.hpp"
#include "kill/step/stepped_process.hpp"
#include "kill/step/workers.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {
namespace {

using Worker = std::function<void(Ledger&, const std::string& directory)>;

constexpr std::uint64_t sample_interval = 256;

bool every_byte() {
  static const bool asked = std::getenv("SHIPTRACE_TEST_LONG") != nullptr;
  return asked;
}

struct Stepped {
  std::uint64_t boundaries = 0;
  std::uint64_t pictures = 0;  // that were recovered
  std::uint64_t ledgers = 0;   // that a recovery was compared with
  std::vector<std::string> problems;
};

// Recovers and judges at each boundary where something is new.
class Observer {
 public:
  Observer(const Ledger& ledger, std::string directory)
      : ledger_(ledger), directory_(std::move(directory)) {}

  // False after the first problem.
  bool at_boundary() {
    ++seen_.boundaries;
    const bool pictured = look();
    const bool progressed = std::memcmp(&progress_, &ledger_.progress, sizeof progress_) != 0;
    if (!pictured && !progressed) return true;
    if (pictured) recover_picture();
    progress_ = ledger_.progress;
    ++seen_.ledgers;
    seen_.problems = judge(aftermath_, ledger_);
    return seen_.problems.empty();
  }

  const Stepped& seen() const noexcept { return seen_; }

 private:
  bool look() {
    if (watch_ == nullptr) {
      watch_ = std::make_unique<JournalWatch>(directory_);
      return true;
    }
    if (std::exchange(gone_, watch_->gone()) != gone_) return true;
    return every_byte() || seen_.boundaries % sample_interval == 0 ? watch_->look_at_every_byte()
                                                                   : watch_->look();
  }

  void recover_picture() {
    const TempDir copy;
    if (!gone_) watch_->write_to(copy.path().string());
    aftermath_ = recovered(copy.path().string());
    ++seen_.pictures;
  }

  const Ledger& ledger_;
  const std::string directory_;
  std::unique_ptr<JournalWatch> watch_;
  Ledger::Progress progress_{};
  Aftermath aftermath_;
  bool gone_ = false;
  Stepped seen_;
};

std::string reported(const std::vector<std::string>& problems) {
  std::string text;
  for (const std::string& problem : problems) text += problem + "\n";
  return text;
}

// Steps a worker through to its end; returns the number of boundaries.
std::uint64_t step_through(const Worker& prepare, const Worker& worker) {
  const TempDir directory;
  Ledger& ledger = new_ledger();
  prepare(ledger, directory.path().string());
  SteppedProcess process([&] { worker(ledger, directory.path().string()); });
  Observer observer(ledger, directory.path().string());
  const bool ended = process.run([&] { return observer.at_boundary(); });
  const Stepped& seen = observer.seen();
  CHECK(ended);
  CHECK_MESSAGE(seen.problems.empty(), "killed at boundary " << seen.boundaries << ":\n"
                                                             << reported(seen.problems));
  std::printf("%llu boundaries, %llu pictures recovered, compared with %llu ledgers\n",
              static_cast<unsigned long long>(seen.boundaries),
              static_cast<unsigned long long>(seen.pictures),
              static_cast<unsigned long long>(seen.ledgers));
  return seen.boundaries;
}

// Kills a worker at a boundary, and recovers in its own directory.
void kill_at(std::uint64_t boundary, const Worker& prepare, const Worker& worker) {
  const TempDir directory;
  Ledger& ledger = new_ledger();
  prepare(ledger, directory.path().string());
  SteppedProcess process([&] { worker(ledger, directory.path().string()); });
  std::uint64_t passed = 0;
  CHECK(process.run([&] { return ++passed < boundary; }));
  const auto problems = judge(recovered(directory.path().string()), ledger);
  CHECK_MESSAGE(problems.empty(), "killed at boundary " << boundary << ":\n" << reported(problems));
}

void step_and_kill(const Worker& prepare, const Worker& worker) {
  const std::uint64_t boundaries = step_through(prepare, worker);
  REQUIRE(boundaries > 1000);
  const std::uint64_t kills = every_byte() ? 20 : 2;
  for (std::uint64_t i = 1; i <= kills; ++i) {
    kill_at(boundaries * i / (kills + 1), prepare, worker);
  }
}

const Worker nothing = [](Ledger&, const std::string&) {};

}  // namespace

TEST_CASE("killed while it records: publish, slab switch, a node's start and end") {
  step_and_kill(nothing, record_over_slabs);
}

TEST_CASE("killed while it delivers: watermarks, recycled slabs") {
  step_and_kill(nothing, deliver_and_recycle);
}

TEST_CASE("killed while it adopts") { step_and_kill(leave_an_orphan, adopt_the_orphan); }

}  // namespace trace::testing

int main(int argc, char** argv) {
  if (const char* reason = trace::testing::reason_not_to_step(); *reason != '\0') {
    std::printf("SKIPPED: kills at every instruction boundary: %s\n", reason);
    return 77;
  }
  return doctest::Context(argc, argv).run();
}
