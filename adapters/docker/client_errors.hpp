// ClientErrors: tells the docker client's own complaint from what the container writes to stderr.
//
// `docker start --attach` writes both to the same stream, on a terminal the container's stdout too.
// When the container cannot be started, the client's complaint is all there is, and it comes first:
// a stderr that begins like one is held back until it is clear that the container runs. Works on
// the capture's thread.
#pragma once

#include <string>
#include <string_view>

namespace trace::docker {

class ClientErrors {
 public:
  // What of these bytes can be passed on as the container's.
  std::string pass(std::string_view bytes);
  // The container does run: what was held back was its own.
  std::string release();

  bool holding() const noexcept { return !held_.empty(); }
  const std::string& held() const noexcept { return held_; }

 private:
  std::string held_;
  bool open_ = false;  // from now on everything passes
};

}  // namespace trace::docker
