// AppendFile: a regular file to which whole blocks of lines are appended, all or nothing.
//
// Used by the file transport on its thread. Each append holds the file's lock, so that a block
// that could not be written whole can be taken back without harm to other writers, and so that
// the half line of a writer that was killed is found and cut off by the next one.
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
    busy,     // full, out of order or locked by others: later
    unusable  // not ours to write to, until somebody changes that
  };
  // Appends the blocks; each ends with a newline. problem() tells what a failure was.
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
