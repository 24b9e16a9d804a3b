// Container: one container from its creation to its removal.
//
// It is addressed by the name that we gave it, which nobody else has, so that nothing but our own
// container is ever stopped or removed. ~Container removes it if nobody has.
// Works on the capture's thread.
#pragma once

#include <trace/capture.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "docker/client.hpp"
#include "docker/patience.hpp"

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
  std::string error = {};                             // why it could not be started
  std::optional<child::StartFailure> not_asked = {};  // why the daemon was not even asked
};

// What it carries, so that whoever adopts the journal knows it for that session's, and so that
// people see what it is.
struct Labels {
  std::string run, node, session, journal;
};

class Container {
 public:
  Container(DockerClient& client, child::Loop& loop, std::string name)
      : client_(client), loop_(loop), name_(std::move(name)), patience_(loop, for_unknown) {}
  ~Container();
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  const std::string& name() const noexcept { return name_; }
  // The daemon's own name for it, once it was created.
  const std::string& id() const noexcept { return id_; }

  // The call that creates it, which may pull the image; and what came of it. `files`: the directory
  // for its files, or empty.
  child::Command creation(const ContainerSpec& spec, const Labels& labels,
                          const std::string& files) const;
  void created(const Answer& answer);
  // The call that starts it and passes its output on until it ends.
  child::Command start_attached(const ContainerSpec& spec) const;

  ContainerState inspect();

  // Stops it by its own stop signal, after the grace (or as soon as at_once() says so) by SIGKILL,
  // again and again until it does not run any more: also when the client fails or hangs, and while
  // the daemon restarts. Gives up when the daemon has not answered for long; answers whether the
  // container has ended.
  bool stop(std::chrono::milliseconds grace, const std::function<bool()>& at_once);
  // Removes it, also when it runs; the same patience. Answers whether it is gone.
  bool remove();

 private:
  // A daemon that restarts under a container that ran; a daemon of which nobody knows whether it
  // has our container at all.
  static constexpr std::chrono::seconds for_known{60};
  static constexpr std::chrono::seconds for_unknown{20};

  ContainerState inspect_once(bool& answered);
  bool remove_once();

  DockerClient& client_;
  child::Loop& loop_;
  std::string name_;
  std::string id_;
  Patience patience_;
  bool may_exist_ = false;
  bool creation_interrupted_ = false;
};

}  // namespace trace::docker
