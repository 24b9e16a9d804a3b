// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "journal/file.hpp"

using namespace trace::detail::journal;
using namespace std::string_literals;

TEST_CASE("a session's notes are kept once each, while there is room") {
  const auto header = std::make_unique<FileHeader>();
  CHECK(notes_of(*header).empty());
  CHECK_FALSE(add_note(*header, {"", "docker"}));
  CHECK_FALSE(add_note(*header, {std::string(256, 'o'), "x"}));
  const std::string binary = "a\0b"s;
  const std::vector<Note> expected{
      {"docker", "podman"}, {"docker", ""}, {"other", "podman"}, {"docker", binary}};
  for (const Note& note : expected) CHECK(add_note(*header, note));
  CHECK(add_note(*header, expected.front()));
  CHECK(notes_of(*header) == expected);
  // As much as fits, to the byte.
  std::size_t used = 0;
  for (const Note& note : expected) {
    used += sizeof(NoteSizes) + note.owner.size() + note.bytes.size();
  }
  const std::size_t room = sizeof header->notes - used - sizeof(NoteSizes) - 1;
  CHECK_FALSE(add_note(*header, {"o", std::string(room + 1, 'x')}));
  CHECK(notes_of(*header) == expected);
  CHECK(add_note(*header, {"o", std::string(room, 'x')}));
  CHECK(notes_of(*header).size() == expected.size() + 1);
  CHECK_FALSE(add_note(*header, {"o", ""}));
  CHECK(add_note(*header, expected.back()));
}

TEST_CASE("a note whose writer died before its last store does not exist") {
  const auto header = std::make_unique<FileHeader>();
  REQUIRE(add_note(*header, {"owner", "first"}));
  const std::size_t second = sizeof(NoteSizes) + 10;
  REQUIRE(add_note(*header, {"owner", "second"}));
  header->notes[second] = 0;
  CHECK(notes_of(*header) == std::vector<Note>{{"owner", "first"}});
}

TEST_CASE("damaged notes end the list and stay inside the header") {
  const auto header = std::make_unique<FileHeader>();
  for (char& byte : header->notes) byte = 'x';
  CHECK(notes_of(*header).empty());
  CHECK_FALSE(add_note(*header, {"owner", "x"}));
  std::memset(header->notes, 0, sizeof header->notes);
  REQUIRE(add_note(*header, {"owner", "kept"}));
  const NoteSizes too_long{1, 0, sizeof header->notes - 17};
  std::memcpy(header->notes + 13, &too_long, sizeof too_long);
  CHECK(notes_of(*header) == std::vector<Note>{{"owner", "kept"}});
  CHECK_FALSE(add_note(*header, {"owner", "x"}));
}
