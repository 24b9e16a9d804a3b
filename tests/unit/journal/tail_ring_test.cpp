// SPDX-License-Identifier: Apache-2.0
#include "journal/tail_ring.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "lines/plain_text.hpp"
#include "support/journal_directory.hpp"
#include "support/temp_dir.hpp"

using namespace trace;
using namespace trace::detail::journal;
using namespace trace::testing;

namespace {

std::string text_in(const TailRing& ring) {
  std::string text;
  TailLines lines{};
  for (TailState state = ring.front(lines); state == TailState::lines; state = ring.next(lines)) {
    text += lines.text;
  }
  return text;
}

// The file as recovery finds it after its writer died.
std::string text_in_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  REQUIRE(bytes.size() > tail_header_bytes);
  TailHeader header{};
  std::memcpy(static_cast<void*>(&header), bytes.data(), sizeof header);
  const auto* ring = reinterpret_cast<const std::byte*>(bytes.data()) + tail_header_bytes;
  std::string text;
  TailLines lines{};
  std::uint64_t begin = header.begin;
  TailState state = TailState::lines;
  while ((state = read_tail(ring, header.ring_bytes, begin, header.end, lines)) ==
         TailState::lines) {
    text += lines.text;
    begin = tail_begin(lines.next, 0);
  }
  CHECK(state == TailState::end);
  return text;
}

}  // namespace

TEST_CASE("a ring holds what was pushed and not dropped, in memory as in its file") {
  TempDir directory;
  std::mt19937 random(5);
  for (const std::string& path : {std::string(), directory / "s-1.tail"}) {
    auto ring = TailRing::create(path.empty() ? nullptr : journal_directory(directory.path()),
                                 "s-1.tail", 4096, {.run = 7, .node = "n", .origin = "o"});
    CHECK(ring->is_in_file() == !path.empty());
    std::string expected;
    std::int64_t now = 0;
    for (int round = 0; round < 20'000; ++round) {
      std::string text;
      for (auto lines = 1 + random() % 4; lines > 0; --lines) {
        text += std::string(random() % (round % 100 == 0 ? 7000 : 60),
                            static_cast<char>('a' + round % 26)) +
                "\n";
      }
      while (expected.size() + text.size() > 30'000 || !ring->has_room(text.size())) {
        TailLines front{};
        REQUIRE(ring->front(front) == TailState::lines);
        const std::size_t bytes = random() % 2 == 0
                                      ? detail::lines::at_least_lines(front.text, 1).size()
                                      : front.text.size();
        expected.erase(0, bytes);
        ring->drop(front, bytes);
      }
      now += static_cast<std::int64_t>(random() % 30'000'000);
      ring->push(random() % 8 == 0 ? Stream::err : Stream::out, detail::lines::LineKind::lines,
                 text, now, {});
      expected += text;
      CHECK(ring->bytes() == expected.size());
      if (round % 100 == 0) CHECK(text_in(*ring) == expected);
      if (round % 1000 == 0 && !path.empty()) CHECK(text_in_file(path) == expected);
    }
    ring->clear();
    CHECK(text_in(*ring).empty());
    ring->push(Stream::out, detail::lines::LineKind::lines, "again\n", now, {});
    CHECK(text_in(*ring) == "again\n");
  }
  CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("a record contains its stream, kind, time and what was before it") {
  auto ring = TailRing::in_memory(4096, {});
  ring->push(Stream::out, detail::lines::LineKind::lines, "a\nb\n", 1, {});
  ring->push(Stream::out, detail::lines::LineKind::lines, "c\n", 49'999'999, {2, 4});  // with it
  ring->push(Stream::out, detail::lines::LineKind::part, "d", 50'000'000, {3, 6});
  ring->push(Stream::err, detail::lines::LineKind::last_part, "e\n", 60'000'000, {});
  TailLines lines{};
  REQUIRE(ring->front(lines) == TailState::lines);
  CHECK(lines.text == "a\nb\nc\n");
  CHECK(lines.wall_ns == 1);
  REQUIRE(ring->next(lines) == TailState::lines);
  CHECK(lines.kind == detail::lines::LineKind::part);
  CHECK(lines.before.lines == 3);
  CHECK(lines.before.bytes == 6);
  REQUIRE(ring->next(lines) == TailState::lines);
  CHECK(lines.stream == Stream::err);
  CHECK(lines.kind == detail::lines::LineKind::last_part);
  CHECK(lines.wall_ns == 60'000'000);
  CHECK(ring->next(lines) == TailState::end);
}

TEST_CASE("the file is its owner's only, and damage in it is noticed") {
  TempDir directory;
  const std::string path = directory / "s-1.tail";
  auto ring = TailRing::create(journal_directory(directory.path()), "s-1.tail", 4096, {});
  struct stat info {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  ring->push(Stream::out, detail::lines::LineKind::lines, "line\n", 0, {});
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(tail_header_bytes));
    file << "xxxx";
  }
  TailLines lines{};
  CHECK(ring->front(lines) == TailState::damaged);
  // The name is taken: the lines are kept in memory then.
  CHECK(!TailRing::create(journal_directory(directory.path()), "s-1.tail", 4096, {})->is_in_file());
}

TEST_CASE("whatever the bytes of a ring are, reading them ends well") {
  std::mt19937 random(9);
  constexpr std::size_t bytes = 512;
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::byte> ring(bytes);
    for (std::byte& each : ring) each = static_cast<std::byte>(random());
    for (std::size_t at = 0; at + sizeof(TailRecord) <= bytes; at += 8 * (1 + random() % 8)) {
      TailRecord record{tail_record_magic,
                        static_cast<std::uint32_t>(random() % 64),
                        static_cast<std::uint8_t>(random() % 4),
                        static_cast<std::uint8_t>(random() % 5),
                        {},
                        0,
                        {}};
      if (random() % 8 == 0) record.kind = tail_padding;
      std::memcpy(ring.data() + at, &record, sizeof record);
    }
    std::uint64_t begin = tail_begin(random() % 2000, random() % 8);
    const std::uint64_t end = random() % 4000;
    TailLines lines{};
    std::size_t found = 0;
    while (read_tail(ring.data(), bytes, begin, end, lines) == TailState::lines) {
      REQUIRE(reinterpret_cast<const std::byte*>(lines.text.data()) >= ring.data());
      REQUIRE(reinterpret_cast<const std::byte*>(lines.text.data() + lines.text.size()) <=
              ring.data() + bytes);
      begin = tail_begin(lines.next, 0);
      REQUIRE(++found < 1000);
    }
  }
}
