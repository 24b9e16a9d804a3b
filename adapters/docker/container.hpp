// Container: one container from its creation to its removal.
//
// It is addressed by the name that we gave it, which nobody else has, so that nothing but our own
// container is ever stopped or removed. ~Container removes it if nobody has.
// Works on the capture's thread.
#pragma once

#include <trace/capture.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "docker/client.hpp"

namespace trace::docker {

// What `docker inspect` says.
struct ContainerState {
  enum class Kind {
    unknown,  // the daemon does not answer
    gone,     // there is no such container
    waiting,  // created, never started
    running,
    exited,
  };
  Kind kind = Kind::unknown;
  int exit_code = 0;
  bool out_of_memory = false;
  std::string error = {};  // why it could not be started
};

struct Labels {
  std::string run, node, session;
};

class Container {
 public:
  Container(DockerClient& client, child::Loop& loop, std::string name)
      : client_(client), loop_(loop), name_(std::move(name)) {}
  ~Container();
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  const std::string& name() const noexcept { return name_; }

  // The call that creates it, which may pull the image; and what came of it.
  child::Command creation(const ContainerSpec& spec, const Labels& labels) const;
  void created(const Answer& answer) noexcept;
  // The call that starts it and passes its output on until it ends.
  child::Command start_attached() const;

  ContainerState inspect();

  // Stops it by its own stop signal, after the grace by SIGKILL, again and again until it does
  // not run any more. Gives up when the daemon has not answered for a while; answers whether the
  // container has ended.
  bool stop(std::chrono::milliseconds grace);
  // Removes it, also when it runs; the same patience. Answers whether it is gone.
  bool remove();

 private:
  bool remove_once();
  void pause();

  DockerClient& client_;
  child::Loop& loop_;
  std::string name_;
  bool may_exist_ = false;
  bool creation_interrupted_ = false;
};

}  // namespace trace::docker
