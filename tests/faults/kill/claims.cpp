// SPDX-License-Identifier: Apache-2.0
// The race for journals: processes that create journals and unlock them, and others that
// take every one whose owner is gone, as fast as they can. Nobody may get a journal that has an
// owner, and nobody one that somebody else had.
//
//   shiptrace_claim_race JOURNALS
//
// The same race as that of whole sessions (starts.cpp), some hundred times as dense.
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <system_error>

#include "emitter/input/integer.hpp"
#include "emitter/output/text.hpp"
#include "journal/file.hpp"
#include "journal/journal_reader.hpp"
#include "recovery/adoptions.hpp"
#include "support/journal_directory.hpp"
#include "support/temp_dir.hpp"

namespace {

using namespace trace;

constexpr std::uint64_t creators = 4;
constexpr std::uint64_t claimants = 4;

struct Claim {
  std::atomic<bool> owned;
  std::atomic<std::uint32_t> claimed;
};

// Zero, and shared with every process that is forked.
struct Race {
  std::atomic<std::uint64_t> creating{creators};
  std::atomic<std::uint64_t> not_created{0};
  std::atomic<std::uint64_t> stolen{0};   // claimed while they had an owner
  std::atomic<std::uint64_t> strange{0};  // that could not be read
};

template <class T>
T* shared(std::uint64_t count) {
  void* memory =
      mmap(nullptr, count * sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  return new (memory) T[count]{};
}

void create(const detail::journal::SharedDirectory& directory, std::span<Claim> claims,
            std::uint64_t first, Race& race) {
  for (std::uint64_t i = first; i < claims.size(); i += creators) {
    claims[i].owned.store(true);
    const auto file = detail::journal::JournalFile::create(
        directory, {fmt::format("{:026}", i), "race", ""}, std::uint64_t{1} << 21);
    if (!file) race.not_created.fetch_add(1);
    claims[i].owned.store(false);
  }  // the journal is unlocked as if the process had died
  race.creating.fetch_sub(1);
}

// Recovery of an orphaned journal, without the delivery.
void claim(const detail::journal::JournalDirectory& directory, const std::string& name,
           std::span<Claim> claims, Race& race) {
  auto orphan = detail::recovery::lock_orphan(directory, name);
  if (!orphan) return;
  const auto reader =
      detail::journal::JournalReader::read(std::move(orphan.file), directory.path_of(name));
  const auto number =
      reader ? cli::input::integer_from_text(std::string_view(reader->header().session).substr(7))
             : std::nullopt;
  if (!number || *number >= claims.size()) {
    race.strange.fetch_add(1);
    return;
  }
  if (claims[*number].owned.load()) race.stolen.fetch_add(1);
  claims[*number].claimed.fetch_add(1);
  directory.remove(name);
}

void claim_all(const detail::journal::JournalDirectory& directory, std::span<Claim> claims,
               Race& race) {
  for (bool last = false; !last;) {
    last = race.creating.load() == 0;  // before the look: nothing comes after it
    for (const std::string& name :
         directory.names(".journal").value_or(std::vector<std::string>())) {
      claim(directory, name, claims, race);
    }
  }
}

int judge(std::span<const Claim> claims, const Race& race) {
  std::uint64_t never = 0;
  std::uint64_t again = 0;
  for (const Claim& claim : claims) {
    never += claim.claimed.load() == 0 ? 1 : 0;
    again += claim.claimed.load() > 1 ? 1 : 0;
  }
  const std::uint64_t failed = race.not_created.load();
  fmt::print(
      "{} journals: {} never claimed, {} claimed again, {} claimed from their owner, {} "
      "unreadable, {} not created\n",
      cli::output::thousands(claims.size()), never, again, race.stolen.load(), race.strange.load(),
      failed);
  return never + again + race.stolen.load() + race.strange.load() + failed == 0 ? 0 : 1;
}

int run(std::uint64_t journals) {
  const testing::TempDir directory;
  const std::span<Claim> claims(shared<Claim>(journals), journals);
  Race& race = *shared<Race>(1);
  for (std::uint64_t i = 0; i < creators + claimants; ++i) {
    const pid_t child = fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child > 0) continue;
    const detail::journal::SharedDirectory opened = testing::journal_directory(directory.path());
    if (i < creators) {
      create(opened, claims, i, race);
    } else {
      claim_all(*opened, claims, race);
    }
    _exit(0);
  }
  while (wait(nullptr) > 0) {
  }
  return judge(claims, race);
}

}  // namespace

int main(int argc, char** argv) try {
  const auto journals = argc == 2 ? trace::cli::input::integer_from_text(argv[1]) : std::nullopt;
  if (!journals || *journals == 0) {
    fmt::print(stderr, "usage: {} JOURNALS\n", argv[0]);
    return 2;
  }
  return run(*journals);
} catch (const std::exception& error) {
  fmt::print(stderr, "the race failed: {}\n", error.what());
  return 1;
}
