// SPDX-License-Identifier: Apache-2.0
#include "child/passing_on.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>

namespace trace::child {
namespace {

bool is_reader_gone(int error) noexcept { return error == EPIPE || error == ECONNRESET; }

bool are_same_file(int one, int other) noexcept {
  struct stat a {};
  struct stat b {};
  return ::fstat(one, &a) == 0 && ::fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

// Returns the number of bytes written; sets `error` if a write failed. On a thread that blocks
// SIGPIPE.
std::size_t write_all(int descriptor, std::string_view bytes, std::atomic<int>& error) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      // Some other process made it non-blocking; shells and ssh do that to terminals.
      pollfd ready{descriptor, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      error = errno;
      break;
    }
  }
  return done;
}

}  // namespace

PassingOn::PassingOn(Loop& loop, const PassOn& where,
                     const std::function<void(Stream)>& reader_gone) {
  if (where.out >= 0) {
    const bool shared = where.err >= 0 && are_same_file(where.out, where.err);
    of_[0] = open(loop, where.out, [reader_gone, shared] {
      reader_gone(Stream::out);
      if (shared) reader_gone(Stream::err);
    });
    if (shared) of_[1] = of_[0];
  }
  if (where.err >= 0 && of_[1] == nullptr) {
    of_[1] = open(loop, where.err, [reader_gone] { reader_gone(Stream::err); });
  }
}

PassingOn::Target* PassingOn::open(Loop& loop, int descriptor, std::function<void()> reader_gone) {
  // Duplicated: a blocked write must not end up in a file that reuses the number.
  auto ours = std::make_shared<FileDescriptor>(::fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
  if (!*ours) {
    if (errno == EBADF) return nullptr;  // closed on purpose, as with >&-
    throw_errno("cannot forward output");
  }
  auto target = std::make_unique<Target>();
  target->error = std::make_shared<std::atomic<int>>(0);
  const auto error = target->error;
  target->outlet = std::make_unique<Outlet>(
      loop, Outlet::AtEnd::leave,
      [ours, error](Stream, std::string_view bytes) {
        return write_all(ours->get(), bytes, *error);
      },
      [error, reader_gone = std::move(reader_gone)] {
        if (is_reader_gone(*error)) reader_gone();
      });
  return targets_.emplace_back(std::move(target)).get();
}

void PassingOn::put(Stream stream, std::string_view bytes) {
  if (Target* target = of(stream)) target->outlet->put(stream, bytes);
}

bool PassingOn::full(Stream stream) const {
  const Target* target = of(stream);
  return target != nullptr && target->outlet->full();
}

bool PassingOn::idle() const {
  return std::all_of(targets_.begin(), targets_.end(),
                     [](const auto& target) { return target->outlet->idle(); });
}

std::optional<NotPassedOn> PassingOn::missed() const {
  NotPassedOn missed;
  for (const auto& target : targets_) {
    if (is_reader_gone(*target->error)) continue;
    missed.bytes += target->outlet->not_taken();
    if (*target->error != 0) missed.error = *target->error;
  }
  return missed.bytes > 0 ? std::optional(missed) : std::nullopt;
}

}  // namespace trace::child
