// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <exception>
#include <map>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <trace/file.hpp>

namespace trace::file {
namespace {

using Clock = std::chrono::steady_clock;
using Kind = SendResult::Kind;

// The start of an envelope. An incomplete last line is cut off only when it begins like this.
constexpr std::string_view envelope_start = "{\"runId\":";

// Errors that end by themselves or when somebody frees resources.
bool passes(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG || error == EIO || error == EINTR ||
         error == EAGAIN || error == ENOMEM || error == ENFILE || error == EMFILE ||
         error == ESTALE || error == ENOLCK;
}

// The offset after the last newline before `end`; 0 when there is none.
off_t line_start(int file, off_t end) {
  std::vector<char> piece(64 * 1024);
  while (end > 0) {
    const auto want = std::min<off_t>(end, static_cast<off_t>(piece.size()));
    const ssize_t got = ::pread(file, piece.data(), static_cast<std::size_t>(want), end - want);
    if (got != want) return -1;
    const std::string_view text(piece.data(), static_cast<std::size_t>(got));
    const auto newline = text.rfind('\n');
    if (newline != std::string_view::npos) return end - want + static_cast<off_t>(newline) + 1;
    end -= want;
  }
  return 0;
}

bool is_envelope(int file, off_t start, off_t end) {
  char text[envelope_start.size()];
  const auto length = std::min<off_t>(end - start, static_cast<off_t>(sizeof text));
  const ssize_t got = ::pread(file, text, static_cast<std::size_t>(length), start);
  return got == length && envelope_start.starts_with({text, static_cast<std::size_t>(got)});
}

RunAcknowledgement acknowledge(const OutgoingRun& run, std::string_view session) {
  std::map<std::uint32_t, std::uint64_t> through;
  for (const OutgoingEvent& event : run.events) {
    auto& highest = through[event.lane];
    highest = std::max(highest, event.sequence);
  }
  RunAcknowledgement acknowledgement;
  acknowledgement.run_id = run.run_id;
  for (const auto& [lane, sequence] : through) {
    acknowledgement.through.push_back({fmt::format("{}-{}", session, lane), sequence});
  }
  return acknowledgement;
}

// Appends batches, each all or nothing. Each append holds the file's lock, so that a partly written
// batch can be removed without harm to other writers, and the incomplete line of a killed writer is
// cut off by the next one.
class FileTransport final : public Transport {
 public:
  explicit FileTransport(std::string path) : path_(std::move(path)) {}
  ~FileTransport() override { close(); }

  SendResult send(const Batch& batch, Clock::time_point deadline) noexcept override try {
    return deliver(batch, deadline);
  } catch (const std::exception&) {
    return {};  // memory ran out
  }
  std::unique_ptr<Transport> another() const override { return make_file_transport(path_); }

 private:
  SendResult deliver(const Batch& batch, Clock::time_point deadline) {
    SendResult result;
    lines_.clear();
    for (const OutgoingRun& run : batch.runs) {
      // Other envelopes ask for the status of the run, which a file does not have, and say that the
      // session is alive, which no reader of a file waits for.
      if (!run.events.empty() || !run.finished_at.empty()) lines_.push_back(run.line);
      result.runs.push_back(acknowledge(run, batch.session));
    }
    assert(
        std::all_of(lines_.begin(), lines_.end(), [](auto line) { return line.ends_with('\n'); }));
    result.kind = lines_.empty() ? Kind::acknowledged : append(deadline);
    if (result.kind != Kind::acknowledged) {
      result.runs.clear();
      result.detail = problem_;
    }
    return result;
  }

  // This and the following return `acknowledged` on success, otherwise what send() returns;
  // problem_ says why.
  Kind append(Clock::time_point deadline) {
    Kind kind = open();
    if (kind == Kind::acknowledged) kind = lock(deadline);
    if (kind != Kind::acknowledged) return kind;
    kind = repair_end();
    if (kind == Kind::acknowledged) kind = write();
    ::flock(file_, LOCK_UN);
    return kind;
  }

  void close() noexcept {
    if (file_ >= 0) ::close(file_);
    file_ = -1;
  }

  Kind fail(const char* what, int error) {
    problem_ = fmt::format("{} {}: {}", path_, what, std::generic_category().message(error));
    return passes(error) ? Kind::retry_later : Kind::refused;
  }

  bool moved_away() const {
    struct stat here {};
    struct stat there {};
    if (::fstat(file_, &here) != 0 || ::stat(path_.c_str(), &there) != 0) return true;
    return here.st_dev != there.st_dev || here.st_ino != there.st_ino;
  }

  Kind open() {
    if (file_ >= 0 && !moved_away()) return Kind::acknowledged;
    close();
    // Non-blocking, because opening a pipe waits for a reader.
    const int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    file_ = ::open(path_.c_str(), flags, 0600);
    if (file_ >= 0 && file_ <= STDERR_FILENO) {
      // If the host has closed stderr, its next message would go into our file.
      const int low = std::exchange(file_, ::fcntl(file_, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
      ::close(low);
    }
    if (file_ < 0) return fail("cannot be opened", errno);
    struct stat facts {};
    if (::fstat(file_, &facts) != 0) return fail("cannot be examined", errno);
    if (!S_ISREG(facts.st_mode)) {
      close();
      problem_ = path_ + " is not a regular file";
      return Kind::refused;
    }
    return Kind::acknowledged;
  }

  Kind lock(Clock::time_point deadline) {
    while (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) return fail("cannot be locked", errno);
      if (Clock::now() >= deadline) {
        problem_ = path_ + " is locked by another writer";
        return Kind::retry_later;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return Kind::acknowledged;
  }

  Kind repair_end() {
    const off_t end = ::lseek(file_, 0, SEEK_END);
    if (end < 0) return fail("cannot be read", errno);
    const off_t start = line_start(file_, end);
    if (start < 0) return fail("cannot be read", errno);
    if (start == end) return Kind::acknowledged;
    if (!is_envelope(file_, start, end)) {
      return ::write(file_, "\n", 1) == 1 ? Kind::acknowledged : fail("cannot be written", errno);
    }
    // It was not acknowledged, so the journal of the dead writer still has its events.
    return ::ftruncate(file_, start) == 0 ? Kind::acknowledged : fail("cannot be repaired", errno);
  }

  Kind write() {
    const off_t before = ::lseek(file_, 0, SEEK_END);
    if (before < 0) return fail("cannot be read", errno);
    rlim_t after = static_cast<rlim_t>(before);
    for (const std::string_view line : lines_) after += line.size();
    // Checked first, because a write beyond this limit kills the process with SIGXFSZ.
    rlimit limit{};
    if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
        after > limit.rlim_cur) {
      return fail("has reached this process's limit of a file's size", EFBIG);
    }
    for (std::string_view line : lines_) {
      while (!line.empty()) {
        const ssize_t count = ::write(file_, line.data(), line.size());
        if (count > 0) {
          line.remove_prefix(static_cast<std::size_t>(count));
        } else if (count == 0 || errno != EINTR) {
          const int error = count == 0 ? EIO : errno;
          // If this fails too, the next append cuts off the incomplete line.
          if (::ftruncate(file_, before) != 0) return fail("holds a half-written batch", error);
          return fail("cannot be written", error);
        }
      }
    }
    return Kind::acknowledged;
  }

  const std::string path_;
  std::string problem_;
  std::vector<std::string_view> lines_;  // of the batch
  int file_ = -1;
};

std::vector<FieldError> validate(const TransportOptions& options) {
  const std::string& path = options.endpoint;
  struct stat info {};
  if (path.empty() || path.find("://") != std::string::npos) {
    return {{"endpoint", "must be the path of a file for the file transport"}};
  }
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
    return {{"endpoint", path + " is a directory; name a file for the file transport"}};
  }
  return {};
}

}  // namespace

TransportType transport_type() {
  return {.name = "file",
          .endpoint = "path of the file, created or appended to",
          .validate = validate,
          .make = [](const TransportOptions& options) {
            return make_file_transport(options.endpoint);
          }};
}

std::unique_ptr<Transport> make_file_transport(std::string path) {
  return std::make_unique<FileTransport>(std::move(path));
}

}  // namespace trace::file
