// SPDX-License-Identifier: Apache-2.0
// Journals, and whole directories, of another user or writable by others; headers that name a
// program.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "attack/files/place.hpp"
#include "attack/files/rows.hpp"

namespace trace::testing {
namespace {

bool is_root(Trial& trial) {
  if (geteuid() == 0) return true;
  trial.skip("only root can make files of another user");
  return false;
}

void foreign_journal(Trial& trial) {
  if (!is_root(trial)) return;
  const Place place;
  CraftedJournal journal(place.endpoint());
  journal.docker_client(place.program("evil"));
  journal.write(place.journal());
  give_to(place.journal(), Place::somebody);
  chmod(place.journal().c_str(), 0644);
  const Outcome outcome = place.recover();
  trial.expect(!place.was_run(), "the program that the header names was run");
  trial.expect_equal(outcome.code, 1, "exit code of recover");
  trial.expect(outcome.says(place.journal()) && outcome.says("owner uid 65534, mode 0644"),
               "refusal without path, owner and mode: " + outcome.errors);
  trial.expect(std::filesystem::exists(place.journal()), "the journal was touched");
  // Nor does a session that starts in the directory.
  trial.expect_equal(place.record().code, 0, "exit code of record");
  trial.expect(!place.was_run(), "a session ran the program");
  trial.note("not run, not read, refused with path, owner and mode");
}

void named_program(Trial& trial) {
  const Place place;
  CraftedJournal journal(place.endpoint());
  journal.docker_client(place.program("evil"));
  journal.docker_client("../evil");
  journal.docker_client("$(touch was-run)");
  journal.write(place.journal());
  const Outcome outcome = place.recover({{"PATH", place.outside("") + ":/usr/bin:/bin"}});
  trial.expect(!place.was_run(), "the program that the header names was run");
  trial.expect(outcome.says("docker_clients"), "no diagnostic: " + outcome.errors);
  trial.expect_equal(outcome.code, 1, "exit code of recover");
  trial.expect(!std::filesystem::exists(place.journal()), "the journal was not delivered");
  trial.note("3 names, none run, each reported");
}

void chosen_program(Trial& trial) {
  const Place place;
  CraftedJournal journal(place.endpoint());
  const std::string ours = place.program("our-client");
  journal.docker_client(ours);
  journal.write(place.journal());
  place.recover({{"SHIPTRACE_DOCKER_CLIENTS", "docker," + ours}});
  trial.expect(place.was_run(), "a client of our own configuration was not asked");
  trial.note("asked, as the configuration allows");
}

void open_directory(Trial& trial) {
  for (const unsigned mode : {0777U, 0775U, 01777U}) {
    const Place place;
    CraftedJournal journal(place.endpoint());
    journal.write(place.journal());
    chmod(place.directory().c_str(), mode);
    const Outcome recovered = place.recover();
    trial.expect(recovered.code == 2 && recovered.says("chmod go-w"),
                 fmt::format("recover of {:o}: {} {}", mode, recovered.code, recovered.errors));
    trial.expect(std::filesystem::exists(place.journal()), "the journal was touched");
    const Outcome recorded = place.record();
    trial.expect(recorded.code == 0 && recorded.says("not crash-safe") &&
                     recorded.says("chmod go-w") && recorded.says(place.directory()),
                 fmt::format("record in {:o}: {}", mode, recorded.errors));
    trial.expect_equal(place.delivered(), 1U, "events of record");
  }
  const Place place;
  chmod(place.directory().c_str(), 0755);
  trial.expect(place.record().errors.empty(), "0755 was refused");
  trial.note("0777, 0775 and 1777 refused with what to do, events from memory; 0755 is fine");
}

void foreign_directory(Trial& trial) {
  if (!is_root(trial)) return;
  const Place place;
  CraftedJournal(place.endpoint()).write(place.journal());
  give_to(place.directory(), Place::somebody);
  const Outcome recovered = place.recover();
  trial.expect(recovered.code == 2 && recovered.says("owner uid 65534"), recovered.errors);
  const Outcome recorded = place.record();
  trial.expect(recorded.code == 0 && recorded.says("not crash-safe"), recorded.errors);
  trial.expect_equal(std::distance(std::filesystem::directory_iterator(place.directory()), {}), 1,
                     "files in it");
  trial.note("refused, nothing made in it, events from memory");
}

void replaceable_directory(Trial& trial) {
  const Place place;
  const std::string above = std::filesystem::path(place.directory()).parent_path().string();
  chmod(above.c_str(), 0777);
  const Outcome open = place.record();
  trial.expect(open.says("anybody can replace it"), open.errors);
  chmod(above.c_str(), 01777);
  const Outcome sticky = place.record();
  trial.expect(sticky.errors.empty(), sticky.errors);
  trial.note("0777 above it refused, 1777 is fine");
}

void writable_journal(Trial& trial) {
  const Place place;
  CraftedJournal journal(place.endpoint());
  journal.full_slab(detail::journal::header_bytes, detail::journal::small_slab_bytes, 0);
  journal.extent(detail::journal::header_bytes, detail::journal::small_slab_bytes, 1);
  journal.write(place.journal());
  chmod(place.journal().c_str(), 0666);
  const Outcome outcome = place.recover();
  trial.expect(outcome.code == 1 && outcome.says("mode 0666"), outcome.errors);
  trial.expect_equal(place.delivered(), 0U, "events delivered");
  chmod(place.journal().c_str(), 0600);
  trial.expect_equal(place.recover().code, 0, "exit code once it is ours alone");
  trial.expect_equal(place.delivered(), 1U, "events delivered then");
  trial.note("0666 refused, delivered once it was 0600");
}

void foreign_names(Trial& trial) {
  const Place place;
  const std::string other = "01ARZ3NDEKTSV4RRFFQ69G5FAW";
  CraftedJournal(place.endpoint()).write(place.in(other + ".journal"));
  for (const char* name : {"...journal", "..journal", ".journal", "x.journal", "a b\n.journal"}) {
    CraftedJournal journal(place.endpoint());
    journal.docker_client(place.empty_docker());
    journal.write(place.in(name));
  }
  const std::string live = place.precious(place.in("live"));
  const Outcome outcome = place.recover({{"SHIPTRACE_DOCKER_CLIENTS", place.empty_docker()}});
  trial.expect_equal(outcome.code, 1, "exit code");
  trial.expect(outcome.says("is the journal of the session"),
               "nothing of the other name: " + outcome.errors);
  trial.expect(outcome.says("not named after a session"), outcome.errors);
  trial.expect(content_of(live) == "precious", "the directory was emptied");
  trial.expect_equal(std::distance(std::filesystem::directory_iterator(place.directory()), {}), 7,
                     "files in it");
  trial.note("6 names left alone and reported; the directory is unchanged");
}

}  // namespace

std::vector<Fault> owner_rows() {
  return {{"journal of another user whose header names a program", foreign_journal},
          {"our own journal whose header names programs", named_program},
          {"a header that names a client of our configuration", chosen_program},
          {"journal directory writable by others", open_directory},
          {"journal directory of another user", foreign_directory},
          {"journal directory that anybody can replace", replaceable_directory},
          {"journal writable by others", writable_journal},
          {"journals under names of no session, and of another", foreign_names}};
}

}  // namespace trace::testing
