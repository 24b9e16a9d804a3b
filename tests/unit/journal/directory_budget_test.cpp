// SPDX-License-Identifier: Apache-2.0
// One budget for everything in a journal directory, regardless of the writer.
#include <doctest/doctest.h>

#include <fstream>
#include <thread>

#include "journal/slab_pool.hpp"
#include "support/journal_directory.hpp"
#include "support/temp_dir.hpp"

using namespace trace::detail::journal;
using trace::testing::TempDir;

namespace {

std::unique_ptr<JournalFile> journal(const TempDir& directory, const std::string& name) {
  auto file =
      JournalFile::create(trace::testing::journal_directory(directory.path()), {name, "test", ""});
  REQUIRE_MESSAGE(file, file.error().text());
  return std::move(*file);
}

std::size_t take_all(SlabPool& pool) {
  std::size_t taken = 0;
  while (pool.take(SlabSize::large) != nullptr) ++taken;
  return taken;
}

// Space for dead letters beside 32 large slabs, in slabs.
constexpr std::size_t share = reserved_share(32 * large_slab_bytes) / large_slab_bytes;

}  // namespace

TEST_CASE("the journals of a directory share its budget, but for the dead letters' share") {
  TempDir directory;
  auto first = journal(directory, "A");
  auto second = journal(directory, "B");
  SlabPool one(*first, 32 * large_slab_bytes);
  SlabPool two(*second, 32 * large_slab_bytes);
  for (int i = 0; i < 16; ++i) REQUIRE(one.take(SlabSize::large) != nullptr);
  CHECK(take_all(two) == 15 - share);
  CHECK(two.used_percent() >= 95);
  CHECK(take_all(one) == 0);
  CHECK(!one.disk_is_full());
}

TEST_CASE("dead letters and quarantine count, too") {
  TempDir directory;
  std::filesystem::create_directory(directory.path() / "quarantine");
  for (const char* name : {"rejected.ndjson", "quarantine/x.slab"}) {
    std::ofstream(directory.path() / name) << std::string(12 * large_slab_bytes, 'x');
  }
  auto file = journal(directory, "A");
  SlabPool pool(*file, 32 * large_slab_bytes);
  CHECK(take_all(pool) == 7);
}

TEST_CASE("files of others in the directory do not count") {
  TempDir directory;
  std::ofstream(directory.path() / "somebody's") << std::string(24 * large_slab_bytes, 'x');
  auto file = journal(directory, "A");
  SlabPool pool(*file, 32 * large_slab_bytes);
  CHECK(take_all(pool) == 31 - share);
}

TEST_CASE("two that grow at the same time do not go over the budget together") {
  TempDir directory;
  auto first = journal(directory, "A");
  auto second = journal(directory, "B");
  SlabPool one(*first, 32 << 20);
  SlabPool two(*second, 32 << 20);
  std::size_t ones = 0;
  std::thread other([&] { ones = take_all(one); });
  const std::size_t twos = take_all(two);
  other.join();
  CHECK((ones + twos) * large_slab_bytes <= 32 << 20);
  CHECK((ones + twos) * large_slab_bytes >= (31 << 20) - reserved_share(32 << 20));
}

TEST_CASE("the space of unused slabs is freed and can be taken again") {
  TempDir directory;
  auto file = journal(directory, "A");
  SlabPool pool(*file, 64 << 20);
  std::vector<Slab*> taken;
  for (int i = 0; i < 100; ++i) taken.push_back(pool.take(SlabSize::large));
  const std::uint64_t most = file->bytes();
  for (Slab* slab : taken) pool.give_back(slab);
  pool.replenish(4, 4);
  while (pool.trim(4, 4)) {
  }
  CHECK(file->bytes() <= 10 * large_slab_bytes);
  CHECK(file->bytes() < most / 8);
  for (int i = 0; i < 100; ++i) {
    Slab* slab = pool.take(SlabSize::large);
    REQUIRE(slab != nullptr);
    CHECK(committed_length(slab->header().word.load()) == 0);
  }
  CHECK(file->bytes() <= most + large_slab_bytes);
}
