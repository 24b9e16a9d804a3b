// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <random>
#include <thread>

#include "journal/file.hpp"
#include "journal/slab_pool.hpp"
#include "journal/slab_reader.hpp"
#include "record/lane.hpp"
#include "support/journal_directory.hpp"
#include "support/temp_dir.hpp"

using namespace trace;
using namespace trace::detail::journal;
using namespace trace::testing;

namespace {

constexpr FieldName names[] = {"first", "second"};
const detail::Signature& two_fields =
    detail::signature_of<2, std::int64_t, std::string_view, std::string_view>;

detail::record::NodeRef node_named(std::string_view id, std::uint32_t number) {
  return {number, false, 0, "run", id};
}

bool append(detail::record::Lane& lane, const detail::record::NodeRef& node,
            std::string_view text) {
  auto failure = detail::record::Lane::Failure::none;
  std::byte* at = lane.reserve(node, {"{}", &two_fields, names}, Type::progress, Level::warn, 0,
                               8 + 4 + 4 + 2 * text.size(), failure);
  if (at == nullptr) return false;
  detail::store(at, std::int64_t{7});
  detail::store_text(at, text);
  detail::store_text(at, text);
  lane.publish();
  return true;
}

std::unique_ptr<JournalFile> in_memory() { return JournalFile::in_memory({"S", "test", ""}); }

}  // namespace

TEST_CASE("a journal file is locked, private and named only when it is ready") {
  TempDir directory;
  const JournalIdentity identity{"01ARZ3NDEKTSV4RRFFQ69G5FAV", "http", "http://x"};
  auto file = JournalFile::create(journal_directory(directory.path()), identity);
  REQUIRE(file);
  CHECK((*file)->path() == directory / "01ARZ3NDEKTSV4RRFFQ69G5FAV.journal");
  CHECK(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 1);
  const int fd = open((*file)->path().c_str(), O_RDWR | O_CLOEXEC);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  CHECK(fcntl(fd, F_OFD_SETLK, &lock) != 0);
  file = Error("", "");  // closes it
  CHECK(fcntl(fd, F_OFD_SETLK, &lock) == 0);
  close(fd);
}

// ThreadSanitizer's own memory for each store faults as well.
#ifdef __SANITIZE_THREAD__
constexpr bool faults_itself = true;
#else
constexpr bool faults_itself = false;
#endif

namespace {

long faults_of_this_thread() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}

// How many pages fault when the slab is filled.
long faults_of_filling(const Slab& slab) {
  const long before = faults_of_this_thread();
  std::memset(slab.data(), 1, slab.capacity());
  return faults_of_this_thread() - before;
}

}  // namespace

TEST_CASE("no store into a slab of a producer faults after the keeper has seen writeback" *
          doctest::skip(faults_itself)) {
  TempDir directory;
  auto file = JournalFile::create(journal_directory(directory.path()), {"A", "t", ""});
  REQUIRE(file);
  const int fd = open((*file)->path().c_str(), O_RDWR | O_CLOEXEC);
  SlabPool pool(**file, 64 << 20);
  pool.replenish(4, 4);
  CHECK_FALSE(pool.refault());
  Slab* filled = pool.take(SlabSize::large);
  Slab* closed = pool.take(SlabSize::large);
  REQUIRE(closed != nullptr);
  closed->close();
  std::memset(filled->data(), 1, filled->capacity());
  REQUIRE(fsync(fd) == 0);
  close(fd);
  if (faults_of_filling(*closed) == 0) return;  // a file system without writeback: tmpfs
  CHECK(pool.refault());
  CHECK(faults_of_filling(*filled) <= 1);  // of the test itself
  for (const SlabSize size : {SlabSize::small, SlabSize::large}) {
    CHECK(faults_of_filling(*pool.take(size)) <= 1);
  }
  int passes = 0;
  while (pool.refault()) ++passes;  // until it finds nothing any more
  CHECK(passes < 100);
}

TEST_CASE("no store into a new slab faults" * doctest::skip(faults_itself)) {
  TempDir directory;
  auto on_disk = JournalFile::create(journal_directory(directory.path()), {"A", "t", ""});
  REQUIRE(on_disk);
  const auto memory = in_memory();
  for (JournalFile* file : {on_disk->get(), memory.get()}) {
    SlabPool pool(*file, 64 << 20);
    SUBCASE("prepared by the keeper") { pool.replenish(1, 1); }
    SUBCASE("mapped by the producer") {}
    for (const SlabSize size : {SlabSize::small, SlabSize::large}) {
      Slab* slab = pool.take(size);
      REQUIRE(slab != nullptr);
      CHECK(faults_of_filling(*slab) <= 1);  // of the test itself
    }
  }
}

TEST_CASE("filling a new slab does not hide that the file was truncated") {
  LiveFiles::guard_against_truncation();
  TempDir directory;
  auto created = JournalFile::create(journal_directory(directory.path()), {"A", "t", ""});
  REQUIRE(created);
  JournalFile& file = **created;
  std::byte* const first = file.add_extent(large_slab_bytes, 1);
  std::byte* const second = file.add_extent(large_slab_bytes, 1);
  REQUIRE(second != nullptr);
  const auto end = static_cast<off_t>(std::filesystem::file_size(file.path()));
  REQUIRE(truncate(file.path().c_str(), end - 2 * off_t{large_slab_bytes}) == 0);
  file.fill(second, large_slab_bytes);
  file.look_for_truncation();
  CHECK(file.truncations() == 1);
  CHECK(!file.kept(first, large_slab_bytes));
  CHECK(!file.kept(second, large_slab_bytes));
}

TEST_CASE("a file that may not grow is refused without a signal") {
  TempDir directory;
  auto file = JournalFile::create(journal_directory(directory.path()), {"A", "t", ""});
  REQUIRE(file);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{100'000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  CHECK((*file)->add_extent(large_slab_bytes, 1) == nullptr);
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK((*file)->add_extent(large_slab_bytes, 1) != nullptr);
}

TEST_CASE("a slab reads back with nothing but itself") {
  auto file = in_memory();
  SlabPool pool(*file, 64 << 20);
  detail::record::Lane lane(pool, nullptr, 3, detail::StampSource::monotonic,
                            detail::record::Lane::WhenEmpty::refuse);
  REQUIRE(append(lane, node_named("a", 1), "x"));
  REQUIRE(append(lane, node_named("b", 2), "yy"));
  REQUIRE(append(lane, node_named("a", 1), "zzz"));
  Slab* slab = nullptr;
  REQUIRE(pool.next_opened(slab));
  CHECK(slab->header().lane == 3);
  CHECK(slab->header().ordinal == 1);
  SlabReader reader;
  reader.start(slab->data());
  const std::uint32_t committed = committed_length(slab->header().word.load());
  EventView event;
  const char* nodes[] = {"a", "b", "a"};
  for (std::uint64_t n = 1; n <= 3; ++n) {
    REQUIRE(reader.next(committed, event) == SlabReader::Next::event);
    CHECK(event.sequence == n);
    CHECK(event.level == Level::warn);
    CHECK(event.node->run_id == "run");
    CHECK(event.node->node_id == nodes[n - 1]);
    CHECK(event.site->format == "{}");
    CHECK(event.site->names == std::vector<std::string_view>{"first", "second"});
  }
  CHECK(reader.next(committed, event) == SlabReader::Next::none);
}

TEST_CASE("an event refers to a node of the tables by its number, which must be known") {
  auto file = in_memory();
  SlabPool pool(*file, 64 << 20);
  Tables tables(pool);
  detail::record::Lane lane(pool, &tables, 3, detail::StampSource::monotonic,
                            detail::record::Lane::WhenEmpty::refuse);
  Nodes nodes;
  for (std::uint32_t n = 0; n < 1'000; ++n) REQUIRE(nodes.add(7, "run", std::to_string(n)) == n);
  CHECK(nodes.add(7, "run", "191") == 191);  // another handle of the node
  CHECK(nodes.add(8, "other run", "191") == 1'000);
  for (const std::uint32_t n : {0U, 63U, 64U, 191U, 192U, 999U, 1'001U}) {
    REQUIRE(append(lane, {n, true, 7, "run", "not written"}, "x"));
  }
  Slab* slab = nullptr;
  REQUIRE(pool.next_opened(slab));
  SiteViews sites(tables.sites());
  SlabReader reader(nodes, sites);
  reader.start(slab->data());
  const std::uint32_t committed = committed_length(slab->header().word.load());
  EventView event;
  for (const std::string_view id : {"0", "63", "64", "191", "192", "999"}) {
    REQUIRE(reader.next(committed, event) == SlabReader::Next::event);
    CHECK(event.node->run == 7);
    CHECK(event.node->run_id == "run");
    CHECK(event.node->node_id == id);
    CHECK(event.site->format == "{}");
    CHECK(event.site->names == std::vector<std::string_view>{"first", "second"});
  }
  CHECK(reader.next(committed, event) == SlabReader::Next::damaged);
}

TEST_CASE("a forged number of a node is damage, whatever it is") {
  for (const std::uint32_t number : {UINT32_MAX, detail::node_of_slab, detail::node_of_slab - 1}) {
    auto file = in_memory();
    SlabPool pool(*file, 64 << 20);
    detail::record::Lane lane(pool, nullptr, 0, detail::StampSource::monotonic,
                              detail::record::Lane::WhenEmpty::refuse);
    REQUIRE(append(lane, {number, true, 7, "run", "node"}, "x"));
    Slab* slab = nullptr;
    REQUIRE(pool.next_opened(slab));
    SlabReader reader;
    reader.start(slab->data());
    EventView event;
    CHECK(reader.next(committed_length(slab->header().word.load()), event) ==
          SlabReader::Next::damaged);
  }
}

TEST_CASE("equal call sites have one number, and a destroyed definition is recognised") {
  auto file = in_memory();
  SlabPool pool(*file, 64 << 20);
  Tables tables(pool);
  const std::string copy("{}");
  const FieldName other_names[] = {"first", "other"};
  CHECK(tables.try_add_site({"{}", &two_fields, names}) == 0);
  CHECK(tables.try_add_site({"{}", &two_fields, other_names}) == 1);
  CHECK(tables.try_add_site({"{} ", &two_fields, names}) == 2);
  CHECK(tables.try_add_site({copy, &two_fields, names}) == 0);
  SiteViews sites(tables.sites());
  CHECK(sites.find(0) == nullptr);
  REQUIRE(sites.learn(1));
  CHECK(sites.find(1)->names == std::vector<std::string_view>{"first", "other"});
  CHECK(!sites.learn(3));
  // The first table slab is the pool's first small one.
  Slab* next = pool.take(SlabSize::small);
  REQUIRE(next != nullptr);
  std::byte* const table = next->base - small_slab_bytes;
  REQUIRE(reinterpret_cast<SlabHeader*>(table)->lane == table_lane);
  std::memset(table + sizeof(SlabHeader) + sizeof(SiteDefinition), 0, 8);
  CHECK(!sites.learn(0));
  CHECK(sites.learn(2));
}

TEST_CASE("a call site more than the tables have numbers for is defined by the slab") {
  auto file = in_memory();
  SlabPool pool(*file, 64 << 20);
  Tables tables(pool);
  const detail::Signature& nothing = detail::signature_of<0>;
  for (std::uint32_t n = 0; n < Sites::most_sites; ++n) {
    REQUIRE(tables.try_add_site({std::to_string(n), &nothing, nullptr}) == n);
  }
  CHECK(!tables.try_add_site({"one more", &nothing, nullptr}));
  detail::record::Lane lane(pool, &tables, 0, detail::StampSource::monotonic,
                            detail::record::Lane::WhenEmpty::refuse);
  REQUIRE(append(lane, node_named("n", 1), "x"));
  Slab* slab = nullptr;
  REQUIRE(pool.next_opened(slab));
  SlabReader reader;
  reader.start(slab->data());
  EventView event;
  REQUIRE(reader.next(committed_length(slab->header().word.load()), event) ==
          SlabReader::Next::event);
  CHECK(event.site->format == "{}");
}

TEST_CASE("a damaged slab never makes the reader read outside of it") {
  auto file = in_memory();
  SlabPool pool(*file, 64 << 20);
  detail::record::Lane lane(pool, nullptr, 0, detail::StampSource::monotonic,
                            detail::record::Lane::WhenEmpty::refuse);
  for (int i = 0; i < 40; ++i) {
    REQUIRE(append(lane, node_named("n", static_cast<std::uint32_t>(i % 3)), "some text"));
  }
  Slab* slab = nullptr;
  REQUIRE(pool.next_opened(slab));
  const std::uint32_t committed = committed_length(slab->header().word.load());
  std::mt19937 random(1);
  int damaged = 0;
  for (int round = 0; round < 20'000; ++round) {
    // A copy of exactly the committed bytes: a sanitizer sees one byte too far.
    std::unique_ptr<std::byte[]> copy(new std::byte[committed]);
    std::memcpy(copy.get(), slab->data(), committed);
    for (int flips = 0; flips < 3; ++flips) {
      copy[random() % committed] = static_cast<std::byte>(random());
    }
    SlabReader reader;
    reader.start(copy.get());
    EventView event;
    SlabReader::Next next = SlabReader::Next::event;
    for (int events = 0; next == SlabReader::Next::event && events < 100; ++events) {
      next = reader.next(committed, event);
    }
    CHECK(next != SlabReader::Next::event);
    damaged += next == SlabReader::Next::damaged;
  }
  CHECK(damaged > 0);
}

TEST_CASE("a busy lane gets larger slabs, its numbering goes on, a record may take a large one") {
  auto file = in_memory();
  SlabPool pool(*file, 64 << 20);
  detail::record::Lane lane(pool, nullptr, 0, detail::StampSource::monotonic,
                            detail::record::Lane::WhenEmpty::refuse);
  const std::string text(500, 'x');
  for (int i = 0; i < 1000; ++i) REQUIRE(append(lane, node_named("n", 1), text));
  std::vector<std::uint32_t> sizes;
  std::uint64_t expected = 0;
  for (Slab* slab = nullptr; pool.next_opened(slab);) {
    sizes.push_back(slab->bytes);
    SlabReader reader;
    reader.start(slab->data());
    EventView event;
    while (reader.next(committed_length(slab->header().word.load()), event) ==
           SlabReader::Next::event) {
      CHECK(event.sequence == ++expected);
    }
  }
  CHECK(expected == 1000);
  REQUIRE(sizes.size() > 2);
  CHECK(sizes.front() == small_slab_bytes);
  CHECK(sizes.back() == large_slab_bytes);

  detail::record::Lane other(pool, nullptr, 1, detail::StampSource::monotonic,
                             detail::record::Lane::WhenEmpty::refuse);
  REQUIRE(append(other, node_named("n", 1), std::string(50'000, 'x')));
  Slab* slab = nullptr;
  REQUIRE(pool.next_opened(slab));
  CHECK(slab->bytes == large_slab_bytes);
  CHECK(!append(other, node_named("n", 1), std::string(large_slab_bytes, 'x')));
}

TEST_CASE("a lane that waits takes whatever comes back") {
  auto file = in_memory();
  SlabPool pool(*file, 4 << 20);
  Slab* last = nullptr;
  for (const SlabSize size : {SlabSize::large, SlabSize::small}) {
    while (Slab* slab = pool.take(size)) last = size == SlabSize::large ? slab : last;
  }
  detail::record::Lane lane(pool, nullptr, 0, detail::StampSource::monotonic,
                            detail::record::Lane::WhenEmpty::wait);
  std::thread producer([&] { CHECK(append(lane, node_named("n", 1), "it wants a small one")); });
  pool.give_back(last);
  producer.join();
}

TEST_CASE("a recycled slab begins a generation without data") {
  auto file = in_memory();
  SlabPool pool(*file, 64 << 20);
  Slab* slab = pool.take(SlabSize::small);
  REQUIRE(slab != nullptr);
  const std::uint64_t first = slab->header().word.load();
  slab->header().word.store(first | 100);
  slab->close();
  pool.give_back(slab);
  pool.replenish(1, 1);
  const std::uint64_t second = slab->header().word.load();
  CHECK(committed_length(second) == 0);
  CHECK(!is_closed(second));
  CHECK(generation_bits(second) > generation_bits(first));
}

TEST_CASE("the pool stays within its budget and says how much of it is used") {
  auto file = in_memory();
  SlabPool pool(*file, 16 * large_slab_bytes);
  std::vector<Slab*> taken;
  while (Slab* slab = pool.take(SlabSize::large)) taken.push_back(slab);
  CHECK(file->bytes() <= 16 * large_slab_bytes);
  CHECK(taken.size() == 15);
  CHECK(pool.used_percent() >= 90);
  for (Slab* slab : taken) pool.give_back(slab);
  CHECK(pool.used_percent() == 0);
  CHECK(pool.take(SlabSize::large) != nullptr);  // also without the keeper
}
