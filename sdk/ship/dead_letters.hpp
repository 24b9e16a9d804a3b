// SPDX-License-Identifier: Apache-2.0
// DeadLetters: events that the backend refused permanently, in "rejected.ndjson" in the journal
// directory, one JSON object per line: {"reason":…,"event":{…}}. They have a share of the
// directory's budget. When "rejected.ndjson" has reached half of it, it becomes
// "rejected.old.ndjson", and the previous file of that name is removed and counted. All sessions of
// a directory write to the same files, under a lock of the file.
//
// Shipper's thread only, except for dropped().
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "journal/directory.hpp"

namespace trace::detail::ship {

class DeadLetters {
 public:
  // Null directory: nothing is kept (the journal is in memory). `budget`: of the directory.
  DeadLetters(journal::SharedDirectory directory, std::uint64_t budget);

  // False if the line could not be kept; problem() has the reason.
  bool keep(std::string_view event_json, std::string_view reason);
  const std::string& path() const noexcept { return path_; }
  const std::string& problem() const noexcept { return problem_; }

  // Lines that were removed for newer ones, of any session, and those that could not be kept. Any
  // thread.
  std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

 private:
  bool write(std::string_view line);
  // Opens the file that currently has the name.
  bool open();
  bool append(std::string_view line, std::uint64_t end);
  // Makes room: renames the file to the old one, or moves its last lines there.
  bool rotate(std::uint64_t end);
  bool keep_newest(std::uint64_t end, std::uint64_t& dropped);
  bool fail(std::string_view what);

  const journal::SharedDirectory directory_;
  const std::uint64_t share_;
  std::string path_;
  std::string problem_;
  journal::FileDescriptor file_;
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace trace::detail::ship
