// SPDX-License-Identifier: Apache-2.0
#include "child/passing_on.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

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

// On a thread that blocks SIGPIPE.
Outlet::Taken write_waiting(int descriptor, std::string_view bytes) {
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
      return {done, errno};
    }
  }
  return {done};
}

// Null if the descriptor is negative or closed.
std::shared_ptr<Outlet> open(Loop& loop, int descriptor, std::function<void()> reader_gone) {
  // Duplicated: a blocked write must not end up in a file that reuses the number.
  auto ours = std::make_shared<FileDescriptor>(::fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
  if (!*ours) {
    if (errno == EBADF) return nullptr;  // closed on purpose, as with >&-
    throw_errno("cannot forward output");
  }
  return std::make_shared<Outlet>(
      loop, Outlet::AtEnd::leave,
      [ours](Stream, std::string_view bytes) { return write_waiting(ours->get(), bytes); },
      std::move(reader_gone));
}

}  // namespace

PassingOn::PassingOn(Loop& loop, const PassOn& where,
                     const std::function<void(Stream)>& reader_gone) {
  const auto closed = [this, reader_gone](Stream stream) {
    if (is_reader_gone(of(stream)->error())) reader_gone(stream);
  };
  const bool shared = are_same_file(where.out, where.err);
  out_ = open(loop, where.out, [closed, shared] {
    closed(Stream::out);
    if (shared) closed(Stream::err);
  });
  err_ = shared ? out_ : open(loop, where.err, [closed] { closed(Stream::err); });
}

void PassingOn::put(Stream stream, std::string_view bytes) {
  if (of(stream)) of(stream)->put(stream, bytes);
}

bool PassingOn::full(Stream stream) const { return of(stream) && of(stream)->full(); }

bool PassingOn::idle() const { return (!out_ || out_->idle()) && (!err_ || err_->idle()); }

std::optional<NotPassedOn> PassingOn::missed() const {
  NotPassedOn missed;
  const auto add = [&](const Outlet& outlet) {
    if (is_reader_gone(outlet.error())) return;
    missed.bytes += outlet.not_taken();
    if (outlet.error() != 0) missed.error = outlet.error();
  };
  if (out_) add(*out_);
  if (err_ && err_ != out_) add(*err_);
  return missed.bytes > 0 ? std::optional(missed) : std::nullopt;
}

}  // namespace trace::child
