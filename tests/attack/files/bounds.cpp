// SPDX-License-Identifier: Apache-2.0
// Journals and tails that are made to cost time and memory.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <trace/trace.hpp>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <thread>

#include "attack/files/place.hpp"
#include "attack/files/rows.hpp"
#include "docker/containers_directory.hpp"
#include "journal/tail_format.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using detail::journal::header_bytes;
using detail::journal::large_slab_bytes;
using detail::journal::small_slab_bytes;
using Steady = std::chrono::steady_clock;

constexpr std::uint64_t tebibyte = std::uint64_t{1} << 40;

// 1,024 rows that all name the same slabs.
void write_overlapping(const Place& place, const std::string& path, std::uint32_t slabs,
                       bool hollow) {
  CraftedJournal journal(place.endpoint(), std::filesystem::path(path).stem().string());
  for (std::size_t i = 0; i < detail::journal::max_extents; ++i) {
    journal.extent(header_bytes, large_slab_bytes, slabs);
  }
  for (std::uint32_t i = 0; i < slabs; ++i) {
    const std::uint64_t at = header_bytes + std::uint64_t{i} * large_slab_bytes;
    if (hollow) {
      journal.hollow_slab(at, large_slab_bytes, i);
    } else {
      journal.full_slab(at, large_slab_bytes, i);
    }
  }
  journal.write(path, header_bytes + std::uint64_t{slabs} * large_slab_bytes);
}

void write_sparse(const Place& place, const std::string& path) {
  CraftedJournal journal(place.endpoint(), std::filesystem::path(path).stem().string());
  journal.extent(header_bytes, small_slab_bytes, tebibyte / small_slab_bytes - 2);
  journal.full_slab(tebibyte / 2, small_slab_bytes, 0);
  journal.write(path, tebibyte);
}

void expect_cheap(Trial& trial, const Outcome& outcome, long most_mib) {
  trial.expect(outcome.time < 5s, fmt::format("took {} ms", outcome.time.count()));
  trial.expect(outcome.peak_mib < most_mib, fmt::format("took {} MiB", outcome.peak_mib));
  trial.note(fmt::format("{} ms, {} MiB at the peak", outcome.time.count(), outcome.peak_mib));
}

void overlapping_extents(Trial& trial) {
  const Place place;
  write_overlapping(place, place.journal(), 64, false);
  const Outcome outcome = place.recover();
  trial.expect_equal(place.delivered() > 0, true, "delivered");
  trial.expect(outcome.says("64 events delivered"), outcome.errors);
  trial.expect(outcome.says("damaged"), "no diagnostic: " + outcome.errors);
  trial.expect(std::filesystem::exists(place.in("quarantine/" + crafted_session + ".journal")),
               "it is not in quarantine");
  expect_cheap(trial, outcome, 128);
}

void hollow_slabs(Trial& trial) {
  const Place place;
  write_overlapping(place, place.journal(), 1024, true);
  const Outcome outcome = place.recover();
  trial.expect(outcome.says("1024 damaged") || outcome.says("1025 damaged"), outcome.errors);
  expect_cheap(trial, outcome, 128);
}

void sparse_file(Trial& trial) {
  const Place place;
  write_sparse(place, place.journal());
  const Outcome outcome = place.recover();
  trial.expect(outcome.says("1 events delivered"), outcome.errors);
  expect_cheap(trial, outcome, 128);
}

void many_lanes(Trial& trial) {
  const Place place;
  constexpr std::uint32_t lanes = 500;
  CraftedJournal journal(place.endpoint());
  journal.extent(header_bytes, large_slab_bytes, lanes);
  for (std::uint32_t i = 0; i < lanes; ++i) {
    journal.full_slab(header_bytes + std::uint64_t{i} * large_slab_bytes, large_slab_bytes, i);
  }
  journal.write(place.journal());
  journal = CraftedJournal(place.endpoint());  // its bytes are not those of the one that recovers
  const Outcome outcome = place.recover();
  trial.expect(outcome.says("500 events delivered"), outcome.errors);
  expect_cheap(trial, outcome, 200);
}

void huge_tail(Trial& trial) {
  const Place place;
  CraftedJournal(place.endpoint()).write(place.journal());
  for (int i = 1; i <= 16; ++i) {
    detail::journal::TailHeader header{};
    std::memcpy(header.magic, detail::journal::tail_magic, sizeof header.magic);
    header.version = detail::journal::tail_version;
    header.ring_bytes = std::uint64_t{1} << (i == 1 ? 40 : 28);
    header.node_bytes = 1;
    header.node[0] = 'n';
    header.begin = detail::journal::tail_begin(0, 0);
    header.end = header.ring_bytes - 8;
    const std::string path = place.in(fmt::format("{}-{}.tail", crafted_session, i));
    write_file(path, {reinterpret_cast<const char*>(&header), sizeof header});
    std::filesystem::resize_file(path, detail::journal::tail_header_bytes + header.ring_bytes);
  }
  const Outcome outcome = place.recover();
  trial.expect(!std::filesystem::exists(place.journal()), outcome.errors);
  trial.expect(outcome.says("damaged"), outcome.errors);
  expect_cheap(trial, outcome, 128);
}

void next_one(Trial& trial) {
  const Place place;
  const auto named = [&](char last) {
    std::string name = crafted_session;
    name.back() = last;
    return place.in(name + ".journal");
  };
  write_overlapping(place, named('A'), 256, true);
  write_sparse(place, named('B'));
  write_file(named('C'), "no journal");
  CraftedJournal good(place.endpoint(), std::filesystem::path(named('D')).stem().string());
  good.extent(header_bytes, small_slab_bytes, 1);
  good.full_slab(header_bytes, small_slab_bytes, 7);
  good.write(named('D'));
  const Outcome outcome = place.recover();
  trial.expect_equal(outcome.code, 1, "exit code");
  trial.expect(outcome.says("2 events delivered"), outcome.errors);
  trial.expect(!std::filesystem::exists(named('D')), "the good one is still there");
  trial.note("the good one after three bad ones is delivered");
}

// A live session finds all of them at its start, and keeps its own deadline.
void close_in_time(Trial& trial) {
  const Place place;
  for (int i = 0; i < 4; ++i) {
    std::string name = crafted_session;
    name.back() = static_cast<char>('A' + i);
    write_overlapping(place, place.in(name + ".journal"), 1024, true);
    name.back() = static_cast<char>('K' + i);
    write_sparse(place, place.in(name + ".journal"));
  }
  Config config;
  config.transport = "file";
  config.endpoint = place.endpoint();
  config.journal_dir = place.directory();
  config.on_diagnostic = [](const Diagnostic&) {};
  std::chrono::milliseconds longest = 0ms;
  for (int i = 0; i < 3; ++i) {
    auto session = Session::start(config);
    if (!session) return trial.expect(false, session.error().text());
    auto run = session->run("r");
    record(run.node("n"), Type::progress, Level::info, "own");
    const auto start = Steady::now();
    const Closed closed = session->close(2s);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - start);
    longest = std::max(longest, took);
    trial.expect_equal(closed.kept, 0U, "own events kept");
  }
  trial.expect(longest < 2s, fmt::format("close(2 s) took {} ms", longest.count()));
  trial.note(fmt::format("close(2 s) took {} ms at the longest", longest.count()));
}

// A container that outlives its capture creates files in the directory that is being removed.
void growing_tree(Trial& trial) {
  const Place place;
  const std::string tree = place.in("tree");
  std::filesystem::create_directory(tree);
  const child::FileDescriptor parent(open(place.directory().c_str(), O_RDONLY | O_CLOEXEC));
  const child::FileDescriptor top(open(tree.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  std::atomic<bool> ends{false};
  std::atomic<std::uint64_t> made{0};
  std::vector<std::thread> writers;
  for (char writer : {'a', 'b'}) {
    writers.emplace_back([&, writer] {
      for (std::uint64_t i = 0; !ends; ++i) {
        const int fd =
            openat(top.get(), fmt::format("{}{}", writer, i).c_str(), O_WRONLY | O_CREAT, 0600);
        if (fd < 0) continue;
        close(fd);
        ++made;
      }
    });
  }
  while (made < 10'000) std::this_thread::yield();
  const auto start = Steady::now();
  const bool removed = docker::remove_tree(parent.get(), "tree");
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - start);
  ends = true;
  for (std::thread& writer : writers) writer.join();
  trial.expect(took < docker::most_time_for_removal + 3s,
               fmt::format("the removal took {} ms", took.count()));
  trial.expect(docker::remove_tree(parent.get(), "tree"), "not removed after its writers ended");
  trial.note(fmt::format("gave up after {} ms{}, removed later", took.count(),
                         removed ? " with everything gone" : ""));
}

}  // namespace

std::vector<Fault> bound_rows() {
  return {{"1,024 overlapping extents", overlapping_extents},
          {"1,024 slabs of nothing but a header", hollow_slabs},
          {"a sparse journal of 1 TiB", sparse_file},
          {"500 lanes of a full slab each", many_lanes},
          {"16 tails of 1 TiB and 256 MiB of nothing", huge_tail},
          {"a good journal after bad ones", next_one},
          {"close(2 s) among bad journals", close_in_time},
          {"a container's directory that grows while it is removed", growing_tree}};
}

}  // namespace trace::testing
