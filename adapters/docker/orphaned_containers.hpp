// SPDX-License-Identifier: Apache-2.0
// Removes the containers that a dead session left on a Docker daemon. They are found by the labels
// that the session gave them: its id and the journal whose lock the adopter has just taken. Each
// container's labels are checked again before it is touched, and it is addressed by its id.
//
// Each adopted journal has one, with a thread of its own; it ends soon, whatever the daemon does.
#pragma once

#include <trace/detail/background_thread.hpp>
#include <trace/orphan.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "child/loop.hpp"
#include "docker/client.hpp"

namespace trace::docker {

// The value of the label shiptrace.journal: the canonical path.
std::string journal_label(std::string_view journal);

class OrphanedContainers final : public OrphanCleanup {
 public:
  explicit OrphanedContainers(AdoptedSession session);
  ~OrphanedContainers() override;

  bool ended() const noexcept override { return ended_.load(std::memory_order_acquire); }
  std::string error() const override { return error_; }

 private:
  std::string error_of(std::string_view why) const;
  void work();
  // Both return what failed; empty if nothing of that session is left.
  std::string remove_all(DockerClient& client);
  std::string remove_found(DockerClient& client);
  bool remove(DockerClient& client, const std::string& id);
  ClientResult call(DockerClient& client, std::vector<std::string> arguments);

  const AdoptedSession session_;
  const std::string journal_;
  child::Loop loop_;
  std::atomic<bool> giving_up_{false};
  std::atomic<bool> ended_{false};
  bool no_client_ = false;
  std::string error_;  // the thread's until ended_
  detail::BackgroundThread thread_;
};

}  // namespace trace::docker
