// SPDX-License-Identifier: Apache-2.0
// Cleaning up after dead sessions: containers that are still running.
//
// Only the process that has taken the lock of a dead session's journal may remove what that session
// started, because the lock proves that the session is gone. Adapters that can do it (docker) pass
// an OrphanCleaner to Session::start() and recover(). It is called once for each adopted journal,
// on the thread that delivers events; so are the methods of the object that it returns.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <trace/export.hpp>

namespace trace {

struct AdoptedSession {
  std::string id;       // ULID
  std::string journal;  // path of its journal, whose lock we hold; named after `id`
  // Descriptor of that journal's directory, open as long as the OrphanCleanup exists; negative:
  // none. The files of its containers are in "containers/<id>" below it.
  int directory = -1;
  // The entries of Config::docker_clients that the session started containers with. The strings
  // come from our own configuration: nothing that a journal contains may be executed or opened.
  std::vector<std::string> docker_clients = {};
};

// Cleanup in progress for one dead session. The journal, and with it the lock, is kept until
// ended(). The destructor cancels what has not ended; it returns soon.
class OrphanCleanup {
 public:
  virtual ~OrphanCleanup() = default;
  virtual bool ended() const noexcept = 0;
  // After the end: what failed, in one line; empty on success.
  virtual std::string error() const = 0;
};

// Must not block. Returns null if there is nothing to do. An exception is reported as a diagnostic.
using OrphanCleaner = std::function<std::unique_ptr<OrphanCleanup>(const AdoptedSession&)>;

}  // namespace trace
