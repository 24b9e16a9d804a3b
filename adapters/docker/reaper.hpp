// Reaper: removes what a dead session left on a Docker daemon. It goes by the labels that the
// session gave its containers: the session and the journal, whose lock whoever adopts it has just
// taken. A container is looked at once more before it is touched, and addressed by its id.
//
// Each adopted journal has a Reaper with a thread of its own; it ends soon, whatever the daemon
// does.
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

// The value of the label shiptrace.journal: the same for every way to write the path.
std::string journal_label(std::string_view journal);

class Reaper final : public Reaping {
 public:
  explicit Reaper(AdoptedSession session);
  ~Reaper() override;

  bool ended() const noexcept override { return ended_.load(std::memory_order_acquire); }
  std::string complaint() const override { return complaint_; }

 private:
  std::string complaint_of(std::string_view why) const;
  void work();
  // Both return what could not be done, empty when everything of that session is gone.
  std::string reap_all(DockerClient& client);
  std::string reap(DockerClient& client);
  bool remove(DockerClient& client, const std::string& id);
  Answer call(DockerClient& client, std::vector<std::string> arguments);

  const AdoptedSession session_;
  const std::string journal_;
  child::Loop loop_;
  std::atomic<bool> giving_up_{false};
  std::atomic<bool> ended_{false};
  bool no_client_ = false;
  std::string complaint_;  // the thread's until ended_
  detail::BackgroundThread thread_;
};

}  // namespace trace::docker
