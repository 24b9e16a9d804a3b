// SPDX-License-Identifier: Apache-2.0
#include "child/outlet.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <utility>

namespace trace::child {
namespace {

// Two reads of a pipe: one being consumed, one queued.
constexpr std::size_t most_queued = 256 * 1024;

struct Piece {
  Stream stream;
  std::string bytes;
};

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

// Shared by the loop's and the outlet's thread; outlives the outlet if the thread is left behind.
struct Outlet::Shared {
  Shared(Loop& of, Take with, std::function<void()> when_closed)
      : loop(&of), take(std::move(with)), closed(std::move(when_closed)) {}

  bool wait_for_piece(Piece& piece) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return !queue.empty() || is_ending; });
    if (queue.empty()) return false;
    piece = std::move(queue.front());
    queue.pop_front();
    is_taking = true;
    return true;
  }

  void finish_piece(std::size_t given, Taken taken, std::exception_ptr what) {
    const std::lock_guard lock(mutex);
    is_taking = false;
    bytes -= given;
    missed += given - taken.bytes;
    if (taken.bytes < given || what) {
      is_closed = true;
      error = taken.error;
      thrown = std::move(what);
      missed += bytes;
      bytes = 0;
      queue.clear();
    }
    if (loop == nullptr) return;
    if (is_closed) return loop->post(closed);
    const bool has_room = room_is_awaited && bytes < most_queued;
    const bool is_idle = end_is_awaited && bytes == 0;
    if (!has_room && !is_idle) return;
    room_is_awaited = end_is_awaited = false;
    loop->post([] {});  // wakes the loop
  }

  void work() {
    for (Piece piece; wait_for_piece(piece);) {
      Taken taken{0};
      std::exception_ptr what;
      try {
        taken = take(piece.stream, piece.bytes);
      } catch (const std::exception&) {
        what = std::current_exception();
      }
      finish_piece(piece.bytes.size(), taken, std::move(what));
      if (taken.bytes < piece.bytes.size()) return;
    }
  }

  mutable std::mutex mutex;
  std::condition_variable changed;
  Loop* loop;  // null: the outlet was destroyed
  const Take take;
  const std::function<void()> closed;
  std::deque<Piece> queue;
  std::size_t bytes = 0;  // queued, including the piece being consumed
  bool is_taking = false;
  // The loop found it full (or not idle) and waits for that to change.
  bool room_is_awaited = false;
  bool end_is_awaited = false;
  std::uint64_t missed = 0;
  bool is_closed = false;
  bool is_ending = false;
  int error = 0;
  std::exception_ptr thrown;
};

Outlet::Outlet(Loop& loop, AtEnd at_end, Take take, std::function<void()> closed)
    : shared_(std::make_shared<Shared>(loop, std::move(take), std::move(closed))),
      at_end_(at_end),
      thread_("shiptrace-out", [shared = shared_] { shared->work(); }) {}

Outlet::~Outlet() {
  const std::lock_guard lock(shared_->mutex);
  shared_->loop = nullptr;
  shared_->is_ending = true;
  shared_->queue.clear();
  shared_->changed.notify_all();
  if (at_end_ == AtEnd::leave && shared_->is_taking) thread_.detach();
}

void Outlet::put(Stream stream, std::string_view bytes) {
  const std::lock_guard lock(shared_->mutex);
  if (shared_->is_closed || shared_->bytes >= most_queued) {
    shared_->missed += bytes.size();
    return;
  }
  shared_->queue.push_back({stream, std::string(bytes)});
  shared_->bytes += bytes.size();
  shared_->changed.notify_all();
}

bool Outlet::full() const {
  const std::lock_guard lock(shared_->mutex);
  shared_->room_is_awaited = shared_->bytes >= most_queued;
  return shared_->room_is_awaited;
}

bool Outlet::idle() const {
  const std::lock_guard lock(shared_->mutex);
  shared_->end_is_awaited = shared_->bytes > 0;
  return !shared_->end_is_awaited;
}

Outlet::Outcome Outlet::outcome() const {
  const std::lock_guard lock(shared_->mutex);
  return {shared_->missed + shared_->bytes, shared_->error, shared_->thrown};
}

PassingOn::PassingOn(Loop& loop, const PassOn& where,
                     const std::function<void(Stream)>& reader_gone) {
  const auto closed = [this, reader_gone](Stream stream) {
    if (is_reader_gone(of(stream)->outcome().error)) reader_gone(stream);
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
  const auto add = [&](const Outlet::Outcome& outcome) {
    if (is_reader_gone(outcome.error)) return;
    missed.bytes += outcome.not_taken;
    if (outcome.error != 0) missed.error = outcome.error;
  };
  if (out_) add(out_->outcome());
  if (err_ && err_ != out_) add(err_->outcome());
  return missed.bytes > 0 ? std::optional(missed) : std::nullopt;
}

}  // namespace trace::child
