// DeadLetters: events that the backend refused for good, kept in "rejected.ndjson" in the journal
// directory, one JSON object per line: {"reason":…,"event":{…}}. They have a share of the
// directory's budget. When "rejected.ndjson" has taken half of it, it becomes
// "rejected.old.ndjson", and what had that name, the oldest, is removed and counted. All sessions
// of a directory write to the same files, under a lock of the file.
//
// Shipper's thread only, but for dropped().
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "journal/directory.hpp"

namespace trace::detail::ship {

class DeadLetters {
 public:
  // Null directory: nothing is kept (the journal lies in memory). `budget`: of the directory.
  DeadLetters(journal::SharedDirectory directory, std::uint64_t budget);

  // False when the line could not be kept; problem() says why.
  bool keep(std::string_view event_json, std::string_view reason);
  const std::string& path() const noexcept { return path_; }
  const std::string& problem() const noexcept { return problem_; }

  // Lines that had to make room for newer ones, whoever wrote them, and those that could not be
  // kept. Any thread.
  std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

 private:
  bool write(std::string_view line);
  // Opens the file that has the name now.
  bool open();
  bool append(std::string_view line, std::uint64_t end);
  // Makes room: the file becomes the old one, or its last lines do.
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
