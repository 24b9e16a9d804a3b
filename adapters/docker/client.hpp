// DockerClient: single calls of the docker client, for the questions and orders around a
// container. Each call is bounded in time; the client inherits our environment, DOCKER_HOST too.
//
// Works on the capture's thread; the container's output is read meanwhile, for they share a Loop.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "child/child.hpp"
#include "child/loop.hpp"

namespace trace::docker {

struct Answer {
  std::optional<child::StartFailure> not_started;  // the client itself
  bool in_time = true;
  std::optional<int> code;
  std::string out;
  std::string err;

  bool ok() const noexcept { return code == 0; }
  // The one line of the client's complaint that says what is wrong.
  std::string complaint() const;
};

// A call under way.
class Call {
 public:
  Call(child::Loop& loop, const child::Command& command);

  bool ended() const noexcept { return answer_.not_started || client_.ended(); }
  // The answer; a client that has not ended is made to, and did not answer in time. It is killed
  // when it does not end within `grace`.
  Answer finish(std::chrono::milliseconds grace = std::chrono::seconds(2));

 private:
  child::Loop& loop_;
  Answer answer_;
  child::Child client_;
};

class DockerClient {
 public:
  DockerClient(child::Loop& loop, std::string program)
      : loop_(loop), program_(std::move(program)) {}

  child::Command command(std::vector<std::string> arguments) const;
  // `give_up`: looked at whenever something happens meanwhile; then the client is killed, and the
  // call is not in time.
  Answer call(std::vector<std::string> arguments, std::chrono::milliseconds time,
              const std::function<bool()>& give_up = {});
  // Succeeds when the daemon answers: docker's client fails where there is none, podman's is its
  // own.
  Answer ask_version();

 private:
  child::Loop& loop_;
  std::string program_;
};

}  // namespace trace::docker
