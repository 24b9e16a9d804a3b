// SPDX-License-Identifier: Apache-2.0
// Outlet: passes a child's output to a consumer that may block, without blocking the capture's
// loop: a bounded queue and a thread that empties it. When the queue is full the capture stops
// reading, so only the child blocks. PassingOn: outlets to descriptors.
//
// On the loop's thread, except that `take` is called on the outlet's own.
#pragma once

#include <trace/capture.hpp>
#include <trace/detail/background_thread.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "child/loop.hpp"

namespace trace::child {

class Outlet {
 public:
  struct Taken {
    std::size_t bytes;
    int error = 0;  // errno, if not all of them
  };
  // Consumes bytes, one call at a time and in order. A short count or an exception closes the
  // outlet.
  using Take = std::function<Taken(Stream, std::string_view)>;
  // What ~Outlet does while a call of `take` is running.
  enum class AtEnd {
    wait,   // waits: the call uses objects that are destroyed afterwards
    leave,  // leaves the thread behind: the call may never return, and owns what it uses
  };

  // `closed` is called on the loop's thread once the outlet has closed; it may throw. Throws
  // std::system_error if there is no thread.
  Outlet(Loop& loop, AtEnd at_end, Take take, std::function<void()> closed);
  ~Outlet();  // drops what is still queued

  // Copies the bytes. Bytes that do not fit, or arrive after it has closed, are dropped.
  void put(Stream stream, std::string_view bytes);
  bool full() const;
  // The queue is empty, or the outlet has closed.
  bool idle() const;
  struct Outcome {
    std::uint64_t not_taken = 0;  // bytes that were queued or dropped, and not consumed
    int error = 0;                // how the last call of `take` failed; 0: it has not
    std::exception_ptr thrown;    // what it threw
  };
  Outcome outcome() const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
  const AtEnd at_end_;
  detail::BackgroundThread thread_;
};

// Writes the child's output to the descriptors of a PassOn: a terminal or a pipe whose reader may
// be slow, stopped or gone. Streams that go to the same file share an outlet, so that they arrive
// in the order in which they were read. On the loop's thread.
class PassingOn {
 public:
  // `reader_gone` is called on the loop's thread for a stream whose reader has gone. Throws
  // std::system_error if there is no thread or descriptor for it.
  PassingOn(Loop& loop, const PassOn& where, const std::function<void(Stream)>& reader_gone);

  void put(Stream stream, std::string_view bytes);
  bool full(Stream stream) const;
  bool idle() const;
  // What could not be passed on, and why; nullopt if nothing is missing or the reader has gone.
  std::optional<NotPassedOn> missed() const;

 private:
  const std::shared_ptr<Outlet>& of(Stream stream) const noexcept {
    return stream == Stream::err ? err_ : out_;
  }

  std::shared_ptr<Outlet> out_;  // null: nowhere
  std::shared_ptr<Outlet> err_;
};

}  // namespace trace::child
