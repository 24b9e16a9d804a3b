// SPDX-License-Identifier: Apache-2.0
// ClientErrors: separates the docker client's own error messages from the container's stderr.
//
// `docker start --attach` writes both to the same stream (with a terminal, also the container's
// stdout). If the container cannot be started, the client's message is the only output: so output
// that begins like such a message is held back until it is known that the container runs. Runs on
// the capture's thread.
#pragma once

#include <string>
#include <string_view>

namespace trace::docker {

class ClientErrors {
 public:
  // Returns the bytes that are known to be the container's.
  std::string pass(std::string_view bytes);
  // The container runs: returns what was held back, which is the container's.
  std::string release();

  bool holding() const noexcept { return !held_.empty(); }
  const std::string& held() const noexcept { return held_; }

 private:
  std::string held_;
  bool open_ = false;  // nothing is held back any more
};

}  // namespace trace::docker
