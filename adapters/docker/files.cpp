// SPDX-License-Identifier: Apache-2.0
#include "docker/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <trace/summary.hpp>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "child/spawn.hpp"
#include "docker/containers_directory.hpp"
#include "text/json_validator.hpp"

namespace trace::docker {
namespace {

namespace fs = std::filesystem;

std::string words(int error) { return std::generic_category().message(error); }

bool write_file(int directory, std::string_view name, std::string_view text) {
  const child::FileDescriptor file(::openat(directory, std::string(name).c_str(),
                                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                            0644));
  return file && ::fchmod(file.get(), 0644) == 0 && child::write_all(file, text);
}

FoundResult invalid(std::string why) {
  return {.kind = FoundResult::Kind::invalid, .why = fmt::format("{} {}", result_name, why)};
}

// Resource exhaustion, which is independent of the container and its result: to be retried.
void throw_if_exhausted(int error, const std::string& what) {
  if (child::is_exhaustion(error)) throw std::system_error(error, std::generic_category(), what);
}

FoundResult unreadable() {
  const int error = errno;
  throw_if_exhausted(error, std::string(result_name));
  return invalid(fmt::format("cannot be read: {}", words(error)));
}

FoundResult read_result(int file, Summariser summary) {
  std::string buffer(256 * 1024, '\0');
  std::uint64_t bytes = 0;
  std::optional<FoundResult> failed;
  const auto next = [&]() -> std::string_view {
    ssize_t got = 0;
    do {
      got = ::read(file, buffer.data(), buffer.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
      failed = unreadable();
      return {};
    }
    // It may grow while we read: a process of the container may still be running.
    bytes += static_cast<std::uint64_t>(got);
    if (bytes > Files::most_result_bytes) {
      failed = invalid("is larger than 64 MiB");
      return {};
    }
    const std::string_view piece(buffer.data(), static_cast<std::size_t>(got));
    summary.update(piece);
    return piece;
  };
  detail::text::JsonValidator check(next);
  const bool valid = check.is_valid();
  while (!failed && !check.ended() && !next().empty()) {  // the rest, for the summary
  }
  if (failed) return std::move(*failed);
  FoundResult found{.kind = FoundResult::Kind::json, .summary = summary.finish()};
  if (valid) return found;
  found.kind = FoundResult::Kind::invalid;
  found.why = bytes == 0 ? fmt::format("{} is empty", result_name)
                         : fmt::format("{} is not valid JSON: error at byte {}", result_name,
                                       check.good_bytes() + 1);
  return found;
}

}  // namespace

Result<Files> Files::make(std::string_view journal, const std::string& name,
                          const std::optional<std::string>& input) {
  Files files;
  std::string place = "/tmp";
  child::FileDescriptor parent;
  const auto fail = [&](std::string_view what) {
    const int error = errno;
    if (!files.name_.empty()) remove_tree(parent.get(), std::exchange(files.name_, {}));
    throw_if_exhausted(error, std::string(what));
    return Error("files", fmt::format("the container's files: {}: {}", what, words(error)));
  };
  if (!journal.empty()) {
    std::string why;
    const auto directory = open_journal_directory(journal, why);
    if (!directory) {
      throw_if_exhausted(errno, why);
      return Error("files", "the container's files: " + why);
    }
    const fs::path path(journal);
    files.session_ = path.stem().string();
    place = (fs::absolute(path).parent_path() / "containers" / files.session_)
                .lexically_normal()
                .string();
    const auto containers = make_directory(directory.get(), "containers", 0700);
    if (containers) parent = make_directory(containers.get(), files.session_, 0700);
    if (!parent || ::mkdirat(parent.get(), name.c_str(), 0700) != 0) return fail(place);
    files.name_ = name;
  } else {
    std::string pattern = place + "/" + name + "-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) return fail(pattern);
    parent = child::FileDescriptor(::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    files.name_ = pattern.substr(place.size() + 1);
  }
  const auto outer = make_directory(parent.get(), files.name_, 0700);
  if (outer) files.opened_ = make_directory(outer.get(), "shared", 0777);
  files.shared_ = place + "/" + files.name_ + "/shared";
  if (!files.opened_) return fail(files.shared_);
  if (input && !write_file(files.opened_.get(), input_name, *input)) return fail(input_name);
  return files;
}

Files::~Files() {
  if (!removal_tried_) remove();
}

FoundResult Files::result(Summariser summary) const {
  // Checked before it is opened: opening alone can trigger some devices, and a container with root
  // can create a device file.
  const child::FileDescriptor place(
      ::openat(opened_.get(), std::string(result_name).c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!place && errno == ENOENT) return {};
  struct stat status {};
  if (!place || ::fstat(place.get(), &status) != 0) {
    return unreadable();
  }
  if (S_ISLNK(status.st_mode)) return invalid("is a symbolic link; a regular file is required");
  if (!S_ISREG(status.st_mode)) return invalid("is not a regular file");
  // Make sure that it is the file that was checked.
  const child::FileDescriptor file(::open(fmt::format("/proc/self/fd/{}", place.get()).c_str(),
                                          O_RDONLY | O_NOCTTY | O_CLOEXEC));
  if (!file) return unreadable();
  return read_result(file.get(), std::move(summary));
}

bool Files::remove() noexcept {
  if (name_.empty()) return true;
  removal_tried_ = true;  // not repeated by ~Files: it may take long, and would fail again
  // Upwards from the directory that we hold open: its path may lead to another one now.
  const auto parent = open_directory(opened_.get(), "../..");
  if (!parent || !remove_tree(parent.get(), name_)) return false;
  name_.clear();
  if (session_.empty()) return true;
  // The session's directory is removed with its last container, and so on.
  const auto containers = open_directory(parent.get(), "..");
  if (containers && ::unlinkat(containers.get(), session_.c_str(), AT_REMOVEDIR) == 0) {
    if (const auto journals = open_directory(containers.get(), "..")) {
      ::unlinkat(journals.get(), "containers", AT_REMOVEDIR);
    }
  }
  return true;
}

}  // namespace trace::docker
