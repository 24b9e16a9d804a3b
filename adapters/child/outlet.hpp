// Outlet: hands a child's output to somebody who may take as long over it as they like, without
// holding up the capture's loop: a bounded queue and a thread that empties it. When the queue is
// full the capture stops reading, so that the child waits, and nobody else.
//
// On the loop's thread, except that `take` is called on the outlet's own.
#pragma once

#include <trace/detail/background_thread.hpp>
#include <trace/event.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string_view>

#include "child/loop.hpp"

namespace trace::child {

class Outlet {
 public:
  // Takes bytes, one call at a time and in order, and returns how many it has taken. Fewer than
  // there are, or an exception: it takes no more.
  using Take = std::function<std::size_t(Stream, std::string_view)>;
  // What becomes of a call of `take` that is under way when the outlet ends.
  enum class AtEnd {
    wait,   // it is waited for: it uses what goes away then
    leave,  // it may never return, and owns what it uses
  };

  // `closed` is called on the loop's thread when nothing is taken any more; it may throw. Throws
  // std::system_error when there is no thread.
  Outlet(Loop& loop, AtEnd at_end, Take take, std::function<void()> closed);
  ~Outlet();  // what is still in the queue is not taken
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;

  // Copies the bytes. What does not fit, or comes after the outlet was closed, is missed.
  void put(Stream stream, std::string_view bytes);
  bool full() const;
  // Everything was taken, or nothing will be.
  bool idle() const;
  // Bytes that were not taken so far.
  std::uint64_t not_taken() const;
  // What `take` threw.
  std::exception_ptr thrown() const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
  const AtEnd at_end_;
  detail::BackgroundThread thread_;
};

}  // namespace trace::child
