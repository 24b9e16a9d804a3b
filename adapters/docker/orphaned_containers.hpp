// SPDX-License-Identifier: Apache-2.0
// Removes the containers that a dead session left on a Docker daemon. The session's notes say which
// docker clients it used; of these only the ones that our own configuration names are called.
//
// The containers are found by the labels that the session gave them: its id and the journal whose
// lock the adopter has just taken. Each container's labels are checked again before it is touched,
// and it is addressed by its id.
//
// Each adopted journal has one, with a thread of its own; it ends soon, whatever the daemon does.
#pragma once

#include <trace/detail/background_thread.hpp>
#include <trace/orphan.hpp>

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "child/loop.hpp"
#include "docker/client.hpp"

namespace trace::docker {

// The owner of our notes in a journal; each is the name of a docker client.
inline constexpr std::string_view note_owner = "docker";

// The clients of our own list (Config::docker_clients) that the notes name, as our own strings: the
// notes are only compared.
struct NotedClients {
  std::vector<std::string> ours;
  std::vector<std::string> others;  // noted, but not ours: for a message
};
NotedClients noted_clients(const std::vector<std::string>& notes, std::string_view our_list);

class OrphanedContainers final : public OrphanCleanup {
 public:
  OrphanedContainers(AdoptedSession session, NotedClients clients);
  ~OrphanedContainers() override;

  bool ended() const noexcept override { return ended_.load(std::memory_order_acquire); }
  std::string error() const override { return error_; }
  std::vector<std::string> out_of_reach() const override;

 private:
  std::string error_of(std::string_view why) const;
  void work();
  // Both return what failed; empty if nothing of that session is left.
  std::string remove_all(DockerClient& client);
  std::string remove_found(DockerClient& client);
  bool remove(DockerClient& client, const std::string& id);
  ClientResult call(DockerClient& client, std::vector<std::string> arguments);

  const AdoptedSession session_;
  const NotedClients clients_;
  const std::string journal_;
  child::Loop loop_;
  std::atomic<bool> giving_up_{false};
  std::atomic<bool> ended_{false};
  bool no_client_ = false;
  std::string error_;  // the thread's until ended_
  detail::BackgroundThread thread_;
};

}  // namespace trace::docker
