// SPDX-License-Identifier: Apache-2.0
// AppendFile: appends blocks of lines to a regular file, all or nothing.
//
// Used by the file transport on its thread. Each append holds the file's lock, so that a partly
// written block can be removed without harm to other writers, and the incomplete line of a killed
// writer is cut off by the next one.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace trace::file {

class AppendFile {
 public:
  explicit AppendFile(std::string path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  enum class Outcome {
    written,
    busy,     // temporary: disk full, locked by others
    unusable  // permanent until somebody intervenes: no permission, not a regular file
  };
  // Appends the blocks, each of which ends with a newline. After a failure problem() describes it.
  Outcome append(std::span<const std::string_view> blocks,
                 std::chrono::steady_clock::time_point deadline);
  const std::string& problem() const noexcept { return problem_; }

 private:
  Outcome open();
  Outcome lock(std::chrono::steady_clock::time_point deadline);
  Outcome repair_end();
  Outcome write(std::span<const std::string_view> blocks);
  Outcome fail(const char* what, int error);
  bool moved_away() const;
  void close() noexcept;

  std::string path_;
  std::string problem_;
  int file_ = -1;
};

}  // namespace trace::file
