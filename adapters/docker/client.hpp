// SPDX-License-Identifier: Apache-2.0
// DockerClient: runs single commands of the docker client. Each call has a timeout; the client
// inherits our environment, including DOCKER_HOST.
//
// Runs on the capture's thread. The container's output is read meanwhile, because both use the same
// Loop.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "child/child.hpp"
#include "child/loop.hpp"

namespace trace::docker {

// Removes the first line from the text and returns it, without its end.
std::string_view take_line(std::string_view& text);

struct ClientResult {
  std::optional<child::StartFailure> not_started;  // the client itself
  bool in_time = true;
  std::optional<int> code;
  std::string out;
  std::string err;

  bool ok() const noexcept { return code == 0; }
  // The line of the client's stderr that names the error.
  std::string error_line() const;
};

class Call {
 public:
  Call(child::Loop& loop, const child::Command& command);

  bool ended() const noexcept { return result_.not_started || client_.ended(); }
  // Returns the result. A client that is still running is terminated, after `grace` killed, and
  // counts as timed out.
  ClientResult finish(std::chrono::milliseconds grace = std::chrono::seconds(2));

 private:
  child::Loop& loop_;
  ClientResult result_;
  child::Child client_;
};

class DockerClient {
 public:
  DockerClient(child::Loop& loop, std::string program)
      : loop_(loop), program_(std::move(program)) {}

  child::Command command(std::vector<std::string> arguments) const;
  // `give_up` is called after each event of the loop; if it returns true, the client is killed and
  // the call counts as timed out.
  ClientResult call(std::vector<std::string> arguments, std::chrono::milliseconds time,
                    const std::function<bool()>& give_up = {});
  // Succeeds if the daemon responds. docker's client fails without a daemon; podman has none.
  ClientResult ask_version();

 private:
  child::Loop& loop_;
  std::string program_;
};

}  // namespace trace::docker
