// SPDX-License-Identifier: Apache-2.0
// Files: exchanges files with a container: its input, and the result that becomes the node's
// output.
//
// An outer directory (mode 0700, so no other user on this machine can enter) contains the one that
// is mounted. That one is open to all, because the container's user may be anybody: root, a number
// that the image chose, or one that the daemon mapped it to. Its contents are not trusted: no link
// is followed, and the number of bytes read is bounded. Runs on the capture's thread.
#pragma once

#include <trace/result.hpp>
#include <trace/summary.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "child/file_descriptor.hpp"

namespace trace::docker {

inline constexpr std::string_view input_name = "input.json";
inline constexpr std::string_view result_name = "result.json";

struct FoundResult {
  enum class Kind { none, json, invalid };
  Kind kind = Kind::none;
  std::string summary = {};  // if it could be read, whether it is JSON or not
  std::string why = {};      // why it is invalid
};

class Files {
 public:
  static constexpr std::uint64_t most_result_bytes = std::uint64_t{64} << 20;

  // Creates the directories, beside the journal if there is one, and writes the input.
  static Result<Files> make(std::string_view journal, const std::string& name,
                            const std::optional<std::string>& input);
  Files(Files&&) noexcept = default;
  Files& operator=(Files&&) = delete;
  ~Files();  // removes them, unless remove() was called

  // The directory to mount; absolute.
  const std::string& directory() const noexcept { return shared_; }
  // `summary` summarises what is found.
  FoundResult result(Summariser summary) const;
  // Removes everything. Returns false if something is left: a directory that the container created
  // and that only its user may empty.
  bool remove() noexcept;

 private:
  Files() = default;

  std::string name_;     // of the outer directory; empty: removed
  std::string session_;  // of the directory above it, if there is a journal
  std::string shared_;
  bool removal_tried_ = false;
  child::FileDescriptor opened_;  // the shared one, even if its name is replaced later
};

}  // namespace trace::docker
