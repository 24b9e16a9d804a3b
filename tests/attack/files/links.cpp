// SPDX-License-Identifier: Apache-2.0
// Links, FIFOs, devices and directories where the SDK expects files of its own.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "attack/files/place.hpp"
#include "attack/files/rows.hpp"

namespace trace::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// A dead session that ran containers, with a client that is ours.
void write_journal_with_containers(const Place& place) {
  CraftedJournal journal(place.endpoint());
  journal.docker_client(place.empty_docker());
  journal.write(place.journal());
}

Outcome reap(const Place& place) {
  return place.recover({{"SHIPTRACE_DOCKER_CLIENTS", place.empty_docker()}});
}

void containers_elsewhere(Trial& trial) {
  for (const bool whole : {true, false}) {
    const Place place;
    write_journal_with_containers(place);
    const std::string victim = place.precious(place.outside("victim/" + crafted_session + "/file"));
    if (whole) {
      fs::create_directory_symlink(place.outside("victim"), place.in("containers"));
    } else {
      fs::create_directory(place.in("containers"));
      fs::create_directory_symlink(place.outside("victim/" + crafted_session),
                                   place.in("containers/" + crafted_session));
    }
    trial.expect_equal(reap(place).code, 0, "exit code");
    trial.expect(content_of(victim) == "precious", "a directory elsewhere was removed");
  }
  trial.note("containers and containers/<session> as links: nothing elsewhere was touched");
}

void containers_with_links(Trial& trial) {
  const Place place;
  write_journal_with_containers(place);
  const std::string victim = place.precious(place.outside("victim/file"));
  const std::string shared = place.in("containers/" + crafted_session + "/c/shared");
  fs::create_directories(shared);
  fs::create_directory_symlink(place.outside("victim"), shared + "/link");
  fs::create_hard_link(victim, shared + "/hard");
  std::string deep = shared;
  for (int i = 0; i < 400; ++i) {
    deep += "/d";
    fs::create_directory(deep);
  }
  trial.expect_equal(reap(place).code, 0, "exit code");
  trial.expect(!fs::exists(place.in("containers")), "the containers' files are still there");
  trial.expect(content_of(victim) == "precious", "a link was followed");
  trial.note("a tree 400 deep with links removed, nothing else");
}

void link_as(Trial& trial, const std::string& name, bool is_directory) {
  const Place place;
  const std::string target = place.outside("target");
  if (is_directory) fs::create_directory(target);
  const std::string before = fs::exists(target) ? "directory" : "nothing";
  fs::create_symlink(target, place.in(name));
  const Outcome recorded = place.record();
  trial.expect_equal(recorded.code, 0, "exit code of record with " + name);
  place.recover();
  trial.expect(is_directory ? fs::is_empty(target) : !fs::exists(target),
               name + " was followed: something was written elsewhere");
  trial.expect_equal(place.delivered(), 1U, "events with " + name);
}

void links_under_our_names(Trial& trial) {
  link_as(trial, ".lock", false);
  link_as(trial, "rejected.ndjson", false);
  link_as(trial, crafted_session + ".journal", false);
  link_as(trial, crafted_session + "-1.tail", false);
  link_as(trial, crafted_session + ".journal.new", false);
  link_as(trial, "quarantine", true);
  trial.note(".lock, rejected.ndjson, journal, tail, .new, quarantine: none followed");
}

void quarantine_elsewhere(Trial& trial) {
  const Place place;
  CraftedJournal journal(place.endpoint());
  // A slab that makes no sense, so that it goes to quarantine.
  journal.extent(detail::journal::header_bytes, detail::journal::small_slab_bytes, 1);
  journal.full_slab(detail::journal::header_bytes, detail::journal::small_slab_bytes, 0);
  journal.write(place.journal());
  {
    std::string bytes = content_of(place.journal());
    bytes.replace(detail::journal::header_bytes + sizeof(detail::journal::SlabHeader), 64, 64,
                  '\xEE');
    write_file(place.journal(), bytes);
  }
  fs::create_directory(place.outside("target"));
  fs::create_directory_symlink(place.outside("target"), place.in("quarantine"));
  place.recover();
  trial.expect(fs::is_empty(place.outside("target")), "a slab was written elsewhere");
  trial.note("a damaged slab was not written through the link");
}

void hard_links(Trial& trial) {
  const Place place;
  const std::string victim = place.precious(place.outside("victim"));
  const std::string before = content_of(victim);
  fs::create_hard_link(victim, place.journal());
  fs::create_hard_link(victim, place.in("rejected.ndjson"));
  const Outcome outcome = place.recover();
  trial.expect(outcome.code == 1 && outcome.says("hard links"), outcome.errors);
  trial.expect(content_of(victim) == before, "the file of another name was changed");
  trial.note("a file with other names is neither read nor changed");
}

void directory_link(Trial& trial) {
  const Place place;
  fs::remove(place.directory());
  fs::create_directory(place.outside("target"));
  fs::create_directory_symlink(place.outside("target"), place.directory());
  const Outcome recorded = place.record();
  trial.expect(recorded.code == 0 && recorded.says("symbolic link"), recorded.errors);
  trial.expect(fs::is_empty(place.outside("target")), "it was followed");
  trial.note("not followed, events from memory");
}

void no_regular_files(Trial& trial) {
  std::chrono::milliseconds longest = 0ms;
  for (const std::string& name : {crafted_session + ".journal", crafted_session + "-1.tail",
                                  std::string(".lock"), std::string("rejected.ndjson"),
                                  crafted_session + ".journal.new", std::string("quarantine")}) {
    for (const bool fifo : {true, false}) {
      const Place place;
      if (fifo) {
        mkfifo(place.in(name).c_str(), 0600);
      } else {
        fs::create_directory(place.in(name));
      }
      // Old enough to be a leftover.
      fs::last_write_time(place.in(name), fs::file_time_type::clock::now() - 1h);
      for (const Outcome& outcome : {place.record(), place.recover()}) {
        longest = std::max(longest, outcome.time);
        trial.expect(outcome.code == 0 || outcome.code == 1,
                     fmt::format("{}: exit code {}: {}", name, outcome.code, outcome.errors));
      }
      trial.expect_equal(place.delivered(), 1U, "events with " + name);
    }
  }
  trial.expect(longest < 2s, fmt::format("blocked for {} ms", longest.count()));
  // The CLI's look at a journal neither.
  const Place place;
  mkfifo(place.journal().c_str(), 0600);
  const Finished inspected = run({.argv = {SHIPTRACE_CLI_BINARY, "inspect", place.journal()}}, 10s);
  trial.expect_equal(inspected.status.code, 1, "exit code of inspect");
  trial.note(fmt::format("12 of them, none blocks: {} ms at the longest", longest.count()));
}

void device(Trial& trial) {
  const Place place;
  // The null device under a journal's name: opening some devices sets them going.
  if (mknod(place.journal().c_str(), S_IFCHR | 0600, 0x0103) != 0) {
    return trial.skip("only root can make devices");
  }
  const Outcome outcome = place.recover();
  trial.expect(outcome.code == 1 && outcome.says("not a regular file"), outcome.errors);
  trial.note("not opened, reported");
}

}  // namespace

std::vector<Fault> link_rows() {
  return {{"containers as a link", containers_elsewhere},
          {"links and depth in a container's files", containers_with_links},
          {"links under the names of our files", links_under_our_names},
          {"quarantine as a link, with a damaged slab", quarantine_elsewhere},
          {"hard links to a file of ours", hard_links},
          {"journal directory as a link", directory_link},
          {"FIFOs and directories under the names of our files", no_regular_files},
          {"a device as a journal", device}};
}

}  // namespace trace::testing
