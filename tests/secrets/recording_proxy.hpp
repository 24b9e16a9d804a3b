// SPDX-License-Identifier: Apache-2.0
// RecordingProxy: between a worker and the real collector; keeps every byte that passes towards the
// collector, as it came and decompressed. Until it is opened it responds with 503.
//
// The test's thread uses it; connections are served on threads of the server's.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>

#include "transport/scripted_server.hpp"

namespace trace::testing {

class RecordingProxy {
 public:
  // `offer`: what Accept-Encoding says of the collector's end; empty: nothing.
  RecordingProxy(std::string collector, std::string offer);

  std::string url() const { return server_.url(); }
  void open() { open_.store(true); }
  // Everything so far: heads, bodies, and bodies without their compression.
  std::string seen() const;
  // Requests that the collector has accepted, by Content-Encoding ("" is identity).
  std::map<std::string, int> passed_on() const;

 private:
  void serve(Peer& peer);
  std::string answer(const ReceivedRequest& request);
  void keep(const ReceivedRequest& request);

  const std::string collector_;
  const std::string offer_;
  std::atomic<bool> open_{false};
  mutable std::mutex mutex_;
  std::string seen_;
  std::map<std::string, int> passed_on_;
  ScriptedServer server_;  // last: its threads use the others
};

}  // namespace trace::testing
