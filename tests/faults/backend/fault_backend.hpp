// SPDX-License-Identifier: Apache-2.0
// FaultBackend: a backend that stores exactly once in order of arrival, as docs/ingestion-api.md
// wants, and that misbehaves as configured before it recovers. Real sockets, real TLS.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "transport/scripted_server.hpp"

namespace trace::testing {

struct StoredEvent {
  std::string id;
  std::string message;
};

class FaultBackend {
 public:
  // What happens instead of a proper answer. True: it has responded or hung up; false: go on as a
  // good backend does.
  using Misbehaviour = std::function<bool(Peer&, const ReceivedRequest&, FaultBackend&)>;

  // Misbehaves at the first `times` requests, or for as long as `misbehave()` says so.
  FaultBackend(Misbehaviour misbehaviour, int times, const ServerOptions& options = {});

  std::string url() const { return server_.url(); }
  int port() const { return server_.port(); }
  void behave() { left_ = 0; }

  // Takes the body into the store; the answer is what a good backend says. An event for which
  // `refused` holds is rejected by its id.
  std::string take(std::string_view body,
                   const std::function<bool(const StoredEvent&)>& refused = {});
  // The same for the run of the first line only.
  std::string take_first_run(std::string_view body);

  // By run, in order of arrival.
  std::map<std::string, std::vector<StoredEvent>> stored() const;
  std::uint64_t sent_again() const { return sent_again_; }
  int requests() const { return requests_; }
  int misbehaved() const { return misbehaved_; }

 private:
  void serve(Peer& peer);

  const Misbehaviour misbehaviour_;
  std::atomic<int> left_;
  std::atomic<int> requests_{0};
  std::atomic<int> misbehaved_{0};
  std::atomic<std::uint64_t> sent_again_{0};
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<StoredEvent>> runs_;
  std::set<std::string> ids_;  // "<run>/<id>"
  std::map<std::string, std::map<std::string, std::uint64_t>> through_;
  ScriptedServer server_;  // last: it serves as soon as it is there
};

}  // namespace trace::testing
