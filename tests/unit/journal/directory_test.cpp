// SPDX-License-Identifier: Apache-2.0
// What the journal directory prevents.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "journal/directory.hpp"
#include "support/journal_directory.hpp"
#include "support/temp_dir.hpp"

using namespace trace::detail::journal;
using namespace trace::testing;

namespace {

std::string refusal(const trace::Result<SharedDirectory>& directory) {
  return directory ? std::string() : directory.error().text();
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a directory is made with its parents, for us alone") {
  TempDir above;
  const auto directory = JournalDirectory::make(above / "a/b/");
  REQUIRE_MESSAGE(directory, refusal(directory));
  CHECK((*directory)->path() == above / "a/b");
  struct stat info {};
  REQUIRE(stat((above / "a/b").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
  CHECK((*directory)->is_at_its_path());
  std::filesystem::rename(above / "a/b", above / "a/c");
  CHECK_FALSE((*directory)->is_at_its_path());
  std::filesystem::create_directory(above / "a/b");
  CHECK_FALSE((*directory)->is_at_its_path());
  // New files are created in the directory that was opened.
  CHECK((*directory)->open_file("x", O_RDWR | O_CREAT));
  CHECK(std::filesystem::exists(above / "a/c/x"));
  CHECK(std::filesystem::is_empty(above / "a/b"));
}

TEST_CASE("a missing directory is an error, unless it is to be created") {
  TempDir above;
  const auto missing = JournalDirectory::open(above / "missing");
  REQUIRE(missing);
  CHECK(*missing == nullptr);
  CHECK_FALSE(std::filesystem::exists(above / "missing"));
  CHECK(says(refusal(JournalDirectory::make("")), "SHIPTRACE_JOURNAL_DIR"));
}

TEST_CASE("a directory that others can write to or replace is refused, with what to do") {
  TempDir above;
  const std::string path = above / "journal";
  std::filesystem::create_directory(path);
  for (const mode_t mode : {0777U, 0770U, 0772U, 01777U}) {
    REQUIRE(chmod(path.c_str(), mode) == 0);
    const std::string why = refusal(JournalDirectory::open(path));
    CHECK_MESSAGE(says(why, "chmod go-w"), why);
    CHECK(says(why, path));
  }
  REQUIRE(chmod(path.c_str(), 0755) == 0);
  CHECK(JournalDirectory::open(path));
  REQUIRE(chmod(above.path().c_str(), 0777) == 0);
  CHECK(says(refusal(JournalDirectory::open(path)), "anybody can replace it"));
  REQUIRE(chmod(above.path().c_str(), 01777) == 0);
  CHECK(JournalDirectory::open(path));
  std::filesystem::create_directory_symlink(path, above / "link");
  CHECK(says(refusal(JournalDirectory::open(above / "link")), "symbolic link"));
  CHECK(says(refusal(JournalDirectory::open(above / "link/")), "symbolic link"));
  std::ofstream(above / "file") << "x";
  CHECK_FALSE(JournalDirectory::open(above / "file"));
}

TEST_CASE("a directory below a link that anybody can replace is refused") {
  TempDir above;
  std::filesystem::create_directories(above / "real/journal");
  std::filesystem::create_directory(above / "open");
  std::filesystem::create_directory_symlink(above / "real", above / "open/link");
  CHECK(JournalDirectory::open(above / "open/link/journal"));
  REQUIRE(chmod((above / "open").c_str(), 0777) == 0);
  CHECK(
      says(refusal(JournalDirectory::open(above / "open/link/journal")), "anybody can replace it"));
}

TEST_CASE("files are opened by names of this directory only, and only those that are ours alone") {
  TempDir above;
  const auto directory = journal_directory(above / "journal");
  const auto refused = [&](std::string_view name, int flags = O_RDWR | O_CREAT) {
    const OpenedFile opened = directory->open_file(name, flags);
    CHECK_FALSE(opened);
    return opened.why;
  };
  std::ofstream(above / "outside") << "x";
  for (const std::string_view name :
       {std::string_view(""), std::string_view("."), std::string_view(".."),
        std::string_view("../outside"), std::string_view("a/b"), std::string_view("/etc/passwd"),
        std::string_view("a\0b", 3)}) {
    refused(name);
    CHECK_FALSE(directory->remove(name));
    CHECK_FALSE(directory->rename(name, "x"));
    CHECK_FALSE(directory->folder(name));
  }
  CHECK_FALSE(directory->open_file(std::string(300, 'x'), O_RDWR | O_CREAT));
  CHECK(directory->open_file("missing", O_RDWR).missing);

  std::filesystem::create_symlink(above / "outside", above / "journal/link");
  CHECK(says(refused("link"), "symbolic link"));
  CHECK(directory->remove("link"));
  CHECK(std::filesystem::exists(above / "outside"));
  std::filesystem::create_hard_link(above / "outside", above / "journal/hard");
  CHECK(says(refused("hard"), "2 hard links"));
  REQUIRE(mkfifo((above / "journal/fifo").c_str(), 0600) == 0);
  CHECK(says(refused("fifo", O_RDONLY), "not a regular file"));
  std::filesystem::create_directory(above / "journal/folder");
  CHECK(says(refused("folder"), "not a regular file"));
  CHECK_FALSE(directory->remove("folder"));

  CHECK(directory->open_file("open", O_RDWR | O_CREAT));
  REQUIRE(chmod((above / "journal/open").c_str(), 0664) == 0);
  CHECK(says(refused("open"), "mode 0664"));
  if (geteuid() == 0) {
    CHECK(directory->open_file("foreign", O_RDWR | O_CREAT));
    REQUIRE(chown((above / "journal/foreign").c_str(), 65534, 65534) == 0);
    CHECK(says(refused("foreign"), "owner uid 65534"));
    REQUIRE(chown((above / "journal/folder").c_str(), 65534, 65534) == 0);
    CHECK_FALSE(directory->folder("folder"));
  }
}

TEST_CASE("only names of a session are names of a journal") {
  CHECK(session_of("01ARZ3NDEKTSV4RRFFQ69G5FAV.journal") == "01ARZ3NDEKTSV4RRFFQ69G5FAV");
  for (const char* name :
       {"...journal", ".journal", "x.journal", "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "01ARZ3NDEKTSV4RRFFQ69G5FA/.journal", "01arz3ndektsv4rrffq69g5fav.journal"}) {
    CHECK_FALSE(session_of(name));
  }
}
