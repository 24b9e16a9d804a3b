// SPDX-License-Identifier: Apache-2.0
// PassingOn: writes the child's output to the descriptors of a PassOn: a terminal or a pipe whose
// reader may be slow, stopped or gone. Streams that go to the same file share an outlet, so that
// they arrive in the order in which they were read. On the loop's thread.
#pragma once

#include <trace/capture.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "child/loop.hpp"
#include "child/outlet.hpp"

namespace trace::child {

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
