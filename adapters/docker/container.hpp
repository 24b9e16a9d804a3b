// SPDX-License-Identifier: Apache-2.0
// Container: one container from creation to removal.
//
// It is addressed by the unique name that we gave it, so that no other container is ever stopped or
// removed. ~Container removes it if it was not removed before. Runs on the capture's thread.
#pragma once

#include <trace/capture.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "docker/client.hpp"

namespace trace::docker {

// The result of `docker inspect`.
struct ContainerState {
  enum class Kind {
    unknown,  // the daemon does not respond
    gone,     // no such container
    waiting,  // created, never started
    running,
    exited,
  };
  Kind kind = Kind::unknown;
  int exit_code = 0;
  bool out_of_memory = false;
  std::string error = {};                             // why it could not be started
  std::optional<child::StartFailure> not_asked = {};  // the client could not be run
};

// The value of the label shiptrace.journal, by which, with shiptrace.session, recovery finds a
// session's containers: the canonical path.
std::string journal_label(std::string_view journal);

class Container {
 public:
  Container(DockerClient& client, child::Loop& loop, std::string name)
      : client_(client), loop_(loop), name_(std::move(name)) {}
  ~Container();
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  const std::string& name() const noexcept { return name_; }
  // After creation: the usual places of its control group, if that is on this machine. Its name
  // contains the daemon's id of the container, so it cannot be another's.
  std::vector<std::string> control_groups() const;

  // The command that creates it, which may pull the image; created() takes its result. `files`: the
  // directory for its files, or empty.
  child::Command creation(const ContainerSpec& spec, const Node& node,
                          const std::string& files) const;
  void created(const ClientResult& result);
  // The command that starts it and copies its output until it ends.
  child::Command start_attached(const ContainerSpec& spec) const;

  ContainerState inspect();

  // Sends its stop signal, after the grace (or as soon as at_once() returns true) SIGKILL, and
  // repeats that until the container has stopped, even if the client fails or hangs or the daemon
  // restarts. Gives up if the daemon does not respond for a long time. Returns whether the
  // container has stopped.
  bool stop(std::chrono::milliseconds grace, const std::function<bool()>& at_once);
  // Removes it, even if it is running, with the same retries. Returns whether it is gone.
  bool remove();

 private:
  ContainerState inspect_once();
  bool remove_once();
  void begin_waiting() noexcept;
  bool wait();

  DockerClient& client_;
  child::Loop& loop_;
  std::string name_;
  std::string id_;
  // While the daemon does not respond, calls are repeated with growing pauses. The time limit
  // counts from its last response, so that a dead daemon is waited for only once. For a daemon that
  // may never have had the container it is shorter.
  child::Steady::time_point last_response_ = child::Steady::now();
  std::chrono::seconds longest_silence_{20};
  std::chrono::milliseconds pause_{};
  bool gave_up_ = false;
  bool may_exist_ = false;
  bool creation_interrupted_ = false;
};

}  // namespace trace::docker
