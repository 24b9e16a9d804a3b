// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <map>
#include <utility>

#include "journal/file.hpp"
#include "journal/journal_reader.hpp"
#include "journal/tables.hpp"
#include "support/journal_directory.hpp"
#include "support/temp_dir.hpp"

using namespace trace;
using namespace trace::detail::journal;
using namespace trace::testing;

TEST_CASE("the tables use a large slab if the budget has no small one") {
  const auto file = JournalFile::in_memory({"S", "test", ""});
  SlabPool pool(*file, header_bytes + large_slab_bytes + small_slab_bytes / 2);
  pool.replenish(1, 0);
  REQUIRE(pool.ready_now() == 1);
  REQUIRE(pool.take(SlabSize::small) == nullptr);
  Tables tables(pool);
  CHECK(tables.add_run(0, "run", {}));
  CHECK(pool.ready_now() == 0);
  CHECK(tables.add_run(1, "another", {}));
}

TEST_CASE("each run keeps a watermark for each lane, which only rises") {
  TempDir directory;
  const JournalIdentity identity{"01ARZ3NDEKTSV4RRFFQ69G5FAV", "http", "http://x"};
  auto file = JournalFile::create(journal_directory(directory.path()), identity);
  REQUIRE(file);
  SlabPool pool(**file, 64 << 20);
  Tables tables(pool);
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> expected;
  for (const std::uint32_t run : {70U, 3U, 0U, 65'535U}) {
    REQUIRE(tables.add_run(run, fmt::format("run {}", run), {}));
    for (const std::uint32_t lane : {5U, 0U, 9U}) {
      for (const std::uint64_t through : {run + lane + 2, run + lane + 1}) {
        REQUIRE(tables.set_watermark(run, lane, through));
      }
      expected[{run, lane}] = run + lane + 2;
    }
  }
  auto reader = JournalReader::open(
      FileDescriptor(open((*file)->path().c_str(), O_RDWR | O_CLOEXEC)), "the file");
  REQUIRE(reader);
  while (!reader->read_on(std::chrono::steady_clock::time_point::max())) {
  }
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> found;
  for (const FoundWatermark& mark : reader->watermarks()) {
    CHECK(!found.contains({mark.run, mark.lane}));
    found[{mark.run, mark.lane}] = mark.through;
  }
  CHECK(found == expected);
}

TEST_CASE("the first finish of a run stays, and is acknowledged in place") {
  TempDir directory;
  const JournalIdentity identity{"01ARZ3NDEKTSV4RRFFQ69G5FAV", "http", "http://x"};
  auto file = JournalFile::create(journal_directory(directory.path()), identity);
  REQUIRE(file);
  SlabPool pool(**file, 64 << 20);
  Tables tables(pool);
  REQUIRE(tables.add_run(0, "open", {}));
  REQUIRE(tables.add_run(1, "finished", {.workflow_id = "w", .total_actions = 7}));
  CHECK(tables.finish_run(1, "finished", {}, 100));
  CHECK(tables.finish_run(1, "finished", {}, 200));
  CHECK(tables.finish_run(2, "unknown before", {.total_actions = 3}, 300));
  CHECK(tables.acknowledge_finish(2));
  CHECK(!tables.acknowledge_finish(3));
  auto reader = JournalReader::read(
      FileDescriptor(open((*file)->path().c_str(), O_RDWR | O_CLOEXEC)), "the file");
  REQUIRE(reader);
  const auto& runs = reader->runs();
  REQUIRE(runs.size() == 3);
  CHECK(runs[0].finish_stamp == 0);
  CHECK(!runs[0].has_unsent_finish());
  CHECK(runs[1].finish_stamp == 100);
  CHECK(runs[1].has_unsent_finish());
  CHECK(runs[1].total_actions == 7);
  CHECK(runs[1].workflow_id == "w");
  CHECK(runs[2].id == "unknown before");
  CHECK(runs[2].total_actions == 3);
  CHECK(runs[2].finish_stamp == 300);
  CHECK(!runs[2].has_unsent_finish());
}
