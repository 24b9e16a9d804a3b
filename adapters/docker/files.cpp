#include "docker/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <trace/summary.hpp>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "child/exhaustion.hpp"
#include "docker/json_check.hpp"

namespace trace::docker {
namespace {

namespace fs = std::filesystem;

std::string words(int error) { return std::generic_category().message(error); }

bool make_directory(const std::string& path, mode_t mode) {
  // The mode is what we say, whatever the process takes away from new files.
  return (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) && ::chmod(path.c_str(), mode) == 0;
}

bool write_file(int directory, std::string_view name, std::string_view text) {
  const child::FileDescriptor file(::openat(directory, std::string(name).c_str(),
                                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                            0644));
  if (!file || ::fchmod(file.get(), 0644) != 0) return false;
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

FoundResult invalid(std::string why) {
  return {.kind = FoundResult::Kind::invalid, .why = fmt::format("{} {}", result_name, why)};
}

// What the machine lacks now says nothing of the container or its result: it is tried again.
void throw_if_exhausted(const std::string& what) {
  if (child::is_exhaustion(errno)) throw std::system_error(errno, std::generic_category(), what);
}

FoundResult unreadable() {
  throw_if_exhausted(std::string(result_name));
  return invalid(fmt::format("cannot be read: {}", words(errno)));
}

FoundResult read_result(int file, Summariser summary) {
  JsonCheck check;
  std::string piece(256 * 1024, '\0');
  std::uint64_t bytes = 0;
  for (;;) {
    const ssize_t got = ::read(file, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable();
    if (got == 0) break;
    // It may grow while we read: something of the container may still be there.
    bytes += static_cast<std::uint64_t>(got);
    if (bytes > Files::most_result_bytes) return invalid("is larger than 64 MiB");
    const std::string_view text(piece.data(), static_cast<std::size_t>(got));
    summary.update(text);
    check.update(text);
  }
  const bool valid = check.finish();
  FoundResult found{.kind = FoundResult::Kind::json, .summary = summary.finish()};
  if (valid) return found;
  found.kind = FoundResult::Kind::invalid;
  found.why = bytes == 0 ? fmt::format("{} is empty", result_name)
                         : fmt::format("{} is no JSON: it goes wrong at byte {}", result_name,
                                       check.good_bytes() + 1);
  return found;
}

}  // namespace

std::string files_of_session(std::string_view journal) {
  if (journal.empty()) return {};
  const fs::path path(journal);
  return (fs::absolute(path).parent_path() / "containers" / path.stem())
      .lexically_normal()
      .string();
}

Result<Files> Files::make(std::string_view journal, const std::string& name,
                          const std::optional<std::string>& input) {
  Files files;
  const auto fail = [&](const std::string& path) {
    throw_if_exhausted(path);
    return Error("files", fmt::format("the container's files: {}: {}", path, words(errno)));
  };
  if (const std::string session = files_of_session(journal); !session.empty()) {
    const std::string containers = fs::path(session).parent_path().string();
    if (!make_directory(containers, 0700) || !make_directory(session, 0700)) return fail(session);
    files.own_ = session + "/" + name;
    if (::mkdir(files.own_.c_str(), 0700) != 0) return fail(std::exchange(files.own_, {}));
  } else {
    std::string pattern = "/tmp/" + name + "-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) return fail(pattern);
    files.own_ = pattern;
  }
  files.shared_ = files.own_ + "/shared";
  if (!make_directory(files.shared_, 0777)) return fail(files.shared_);
  files.opened_ = child::FileDescriptor(
      ::open(files.shared_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!files.opened_) return fail(files.shared_);
  if (input && !write_file(files.opened_.get(), input_name, *input)) {
    return fail(std::string(input_name));
  }
  return files;
}

Files::~Files() { remove(); }

FoundResult Files::result(Summariser summary) const {
  // Looked at before it is opened: opening alone sets some devices going, and a container of root
  // can make the file of any of them.
  const child::FileDescriptor place(
      ::openat(opened_.get(), std::string(result_name).c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!place && errno == ENOENT) return {};
  struct stat status {};
  if (!place || ::fstat(place.get(), &status) != 0) {
    return unreadable();
  }
  if (S_ISLNK(status.st_mode)) return invalid("is a symbolic link, which is not followed");
  if (!S_ISREG(status.st_mode)) return invalid("is no regular file");
  // The very file that was looked at, whatever has its name now.
  const child::FileDescriptor file(::open(fmt::format("/proc/self/fd/{}", place.get()).c_str(),
                                          O_RDONLY | O_NOCTTY | O_CLOEXEC));
  if (!file) return unreadable();
  return read_result(file.get(), std::move(summary));
}

bool Files::remove() noexcept {
  if (own_.empty()) return true;
  std::error_code error;
  fs::remove_all(own_, error);
  if (error) return false;
  // The session's directory goes with the last of its containers, and so on.
  const fs::path session = fs::path(own_).parent_path();
  if (session.parent_path().filename() == "containers" && ::rmdir(session.c_str()) == 0) {
    ::rmdir(session.parent_path().c_str());
  }
  own_.clear();
  return true;
}

}  // namespace trace::docker
