// SPDX-License-Identifier: Apache-2.0
// Journals that no session wrote: what is read of them, and its cost.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <string>

#include "journal/journal_reader.hpp"

using namespace trace::detail::journal;
using namespace std::chrono_literals;

namespace {

class InMemory {
 public:
  InMemory() {
    std::memcpy(header_->magic, file_magic, sizeof file_magic);
    header_->version = format_version;
    header_->header_bytes = header_bytes;
    std::string("01ARZ3NDEKTSV4RRFFQ69G5FAV").copy(header_->session, 26);
  }
  FileHeader& header() { return *header_; }
  void extent(std::uint64_t offset, std::uint32_t slab_bytes, std::uint32_t count) {
    header_->extents[header_->extent_count.fetch_add(1)] = {offset, slab_bytes, count};
  }
  // `written`: how much of what it claims is really there.
  void slab(std::uint64_t offset, std::uint32_t bytes, std::uint32_t lane, std::uint32_t committed,
            std::size_t written) {
    SlabHeader slab{};
    slab.magic = slab_magic;
    slab.slab_bytes = bytes;
    slab.lane = lane;
    slab.ordinal = 1;
    slab.word = closed_bit | committed;
    std::string text(sizeof slab + written, '\x01');
    std::memcpy(text.data(), &slab, sizeof slab);
    REQUIRE(pwrite(fd_, text.data(), text.size(), static_cast<off_t>(offset)) > 0);
  }
  void length(std::uint64_t bytes) { REQUIRE(ftruncate(fd_, static_cast<off_t>(bytes)) == 0); }

  trace::Result<JournalReader> open() {
    REQUIRE(pwrite(fd_, header_.get(), sizeof(FileHeader), 0) == sizeof(FileHeader));
    return JournalReader::open(FileDescriptor(fd_), "in memory");
  }
  JournalReader read() {
    auto reader = open();
    REQUIRE_MESSAGE(reader, reader.error().text());
    while (!reader->read_on(std::chrono::steady_clock::time_point::max())) {
    }
    return std::move(*reader);
  }

 private:
  std::unique_ptr<FileHeader> header_ = std::make_unique<FileHeader>();
  int fd_ = memfd_create("journal", MFD_CLOEXEC);
};

}  // namespace

TEST_CASE("extents that overlap, go back or are no array of slabs are skipped, the others read") {
  InMemory file;
  const std::uint64_t first = header_bytes;
  const std::uint64_t second = first + 4 * small_slab_bytes;
  file.extent(first, small_slab_bytes, 4);
  file.extent(first, small_slab_bytes, 4);                      // again
  file.extent(second - small_slab_bytes, small_slab_bytes, 2);  // overlaps
  file.extent(0, large_slab_bytes, 1);                          // the header
  file.extent(second, 1, 1);
  file.extent(second, 0, 1);
  file.extent(second, small_slab_bytes, 0);
  file.extent(second + 8, small_slab_bytes, 1);
  file.extent(UINT64_MAX - small_slab_bytes + 1, small_slab_bytes, UINT32_MAX);
  file.extent(second, large_slab_bytes, 1);
  file.slab(first, small_slab_bytes, 1, 100, 100);
  file.slab(second, large_slab_bytes, 2, 100, 100);
  file.length(second + large_slab_bytes);
  const JournalReader reader = file.read();
  CHECK(reader.problem().empty());
  CHECK(reader.slabs().size() == 2);
  CHECK(reader.has_damaged_extents());
  CHECK_FALSE(reader.is_cut());
}

TEST_CASE("an extent that is longer than the file counts as cut") {
  InMemory file;
  file.extent(header_bytes, small_slab_bytes, UINT32_MAX);
  file.slab(header_bytes, small_slab_bytes, 1, 100, 100);
  file.length(header_bytes + 2 * small_slab_bytes + 100);
  const JournalReader reader = file.read();
  CHECK(reader.slabs().size() == 1);
  CHECK(reader.is_cut());
  CHECK_FALSE(reader.has_damaged_extents());
}

TEST_CASE("a slab whose data is a hole is damaged, and what is read is what is there") {
  InMemory file;
  file.extent(header_bytes, large_slab_bytes, 3);
  file.slab(header_bytes, large_slab_bytes, 1, 200'000, 200'000);
  file.slab(header_bytes + large_slab_bytes, large_slab_bytes, 2, 200'000, 1000);
  file.length(header_bytes + 3 * std::uint64_t{large_slab_bytes});
  const JournalReader reader = file.read();
  REQUIRE(reader.slabs().size() == 1);
  CHECK(reader.slabs()[0].lane == 1);
  CHECK(reader.slabs()[0].used() == sizeof(SlabHeader) + 200'000);
  CHECK(reader.damaged().size() == 1);
}

TEST_CASE("a sparse journal of a tebibyte costs what is in it") {
  InMemory file;
  const std::uint64_t size = std::uint64_t{1} << 40;
  file.extent(header_bytes, small_slab_bytes,
              static_cast<std::uint32_t>(size / small_slab_bytes - 2));
  file.slab(size / 2, small_slab_bytes, 7, 100, 100);
  file.length(size);
  auto reader = file.open();
  REQUIRE(reader);
  // A step reads some headers: 67 million of them would take millions of steps.
  int steps = 1;
  while (!reader->read_on(std::chrono::steady_clock::time_point::min()) && steps < 1000) ++steps;
  CHECK(steps < 1000);
  CHECK(reader->slabs().size() == 1);
}

TEST_CASE("reading goes in steps") {
  InMemory file;
  constexpr std::uint32_t slabs = 2000;
  file.extent(header_bytes, small_slab_bytes, slabs);
  for (std::uint32_t i = 0; i < slabs; ++i) {
    file.slab(header_bytes + std::uint64_t{i} * small_slab_bytes, small_slab_bytes, i, 100, 100);
  }
  file.length(header_bytes + slabs * std::uint64_t{small_slab_bytes});
  auto reader = file.open();
  REQUIRE(reader);
  int steps = 1;
  while (!reader->read_on(std::chrono::steady_clock::time_point::min())) ++steps;
  CHECK(steps > 50);
  CHECK(reader->slabs().size() == slabs);
}

TEST_CASE("a journal that needs more memory than the limit is left alone, and says so") {
  InMemory file;
  constexpr std::uint32_t record_bytes = sizeof(Watermark);
  constexpr std::uint32_t committed =
      (large_slab_bytes - sizeof(SlabHeader)) / record_bytes * record_bytes;
  std::string table(committed, '\0');
  for (std::size_t at = 0; at < table.size(); at += record_bytes) {
    const trace::detail::RecordHeader header{record_bytes, trace::detail::RecordKind::watermark, 0,
                                             0, 0};
    std::memcpy(table.data() + at, &header, sizeof header);
  }
  constexpr std::uint32_t slabs = 400;
  file.extent(header_bytes, large_slab_bytes, slabs);
  file.length(header_bytes + slabs * std::uint64_t{large_slab_bytes});
  auto reader = [&] {
    auto opened = file.open();
    REQUIRE(opened);
    for (std::uint32_t i = 0; i < slabs; ++i) {
      const std::uint64_t at = header_bytes + std::uint64_t{i} * large_slab_bytes;
      file.slab(at, large_slab_bytes, table_lane, committed, 0);
      REQUIRE(pwrite(opened->fd(), table.data(), table.size(),
                     static_cast<off_t>(at + sizeof(SlabHeader))) > 0);
    }
    return std::move(*opened);
  }();
  while (!reader.read_on(std::chrono::steady_clock::time_point::max())) {
  }
  CHECK(reader.problem().find("256 MiB") != std::string::npos);
}
