// Files: what we and a container hand each other as files: its input, and the result that becomes
// the node's output.
//
// A directory of our own (0700: nobody else on this machine passes it) holds the one that is
// mounted. That one anybody may use who gets there, because a container's user may be anybody:
// root, a number that the image chose, or one that the daemon made of it. What comes out of it is
// not trusted: no link is followed, and only so much is read. Works on the capture's thread.
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

// What a container left at the place for its result.
struct FoundResult {
  enum class Kind { none, json, invalid };
  Kind kind = Kind::none;
  std::string summary = {};  // of a text that could be read, whether it is JSON or not
  std::string why = {};      // it is invalid
};

class Files {
 public:
  static constexpr std::uint64_t most_result_bytes = std::uint64_t{64} << 20;

  // Makes the directories, beside the journal where there is one, and writes the input.
  static Result<Files> make(std::string_view journal, const std::string& name,
                            const std::optional<std::string>& input);
  Files(Files&&) noexcept = default;
  Files& operator=(Files&&) = delete;
  ~Files();  // removes them, unless that was tried

  // To be mounted; absolute.
  const std::string& directory() const noexcept { return shared_; }
  // `summary`: makes the summary of what is found.
  FoundResult result(Summariser summary) const;
  // Removes everything; answers false when something could not be: a directory that the container
  // made, and that only its user may empty.
  bool remove() noexcept;

 private:
  Files() = default;

  std::string name_;     // of the outer directory; empty: there is none any more
  std::string session_;  // of the directory that it lies in, where there is a journal
  std::string shared_;
  bool removal_tried_ = false;
  child::FileDescriptor opened_;  // the shared one, whatever its name leads to later
};

}  // namespace trace::docker
