// SPDX-License-Identifier: Apache-2.0
// Cleaning up after dead sessions: what they started and noted in their journal (Node::add_note)
// and what is still running, such as containers.
//
// Only the process that has taken the lock of a dead session's journal may remove what that session
// started, because the lock proves that the session is gone. Adapters that can do it pass an
// OrphanCleaner to Session::start() and recover(), under the name that owns their notes. It is
// called for each adopted journal with such notes, and by the same session or recover() not again
// for that journal once it has succeeded; on the thread that delivers events, as are the methods of
// the object that it returns.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <trace/export.hpp>

namespace trace {

struct Config;

struct AdoptedSession {
  std::string id;       // ULID
  std::string journal;  // path of its journal, whose lock we hold; named after `id`
  // Descriptor of that journal's directory, open as long as the OrphanCleanup exists; negative:
  // none.
  int directory = -1;
  // The owner's notes, at least one. Untrusted, whoever can write to the directory can forge them:
  // compare them with our own configuration, never execute or open what they name.
  std::vector<std::string> notes = {};
};

// Cleanup in progress for one dead session. The journal, and with it the lock, is kept until
// ended(). The destructor cancels what has not ended; it returns soon.
class OrphanCleanup {
 public:
  virtual ~OrphanCleanup() = default;
  virtual bool ended() const noexcept = 0;
  // After the end: what failed, in one line; empty on success. The notes stay for another attempt.
  virtual std::string error() const = 0;
  // From the start: what this process may not remove, one line each. Reported, and no failure: the
  // notes do not stay for it.
  virtual std::vector<std::string> out_of_reach() const { return {}; }
};

// Gets our own configuration. Must not block. Returns null if there is nothing to do. An exception
// is reported as a diagnostic.
using OrphanCleaner =
    std::function<std::unique_ptr<OrphanCleanup>(const AdoptedSession&, const Config&)>;
// By the owner of the notes.
using OrphanCleaners = std::map<std::string, OrphanCleaner, std::less<>>;

}  // namespace trace
