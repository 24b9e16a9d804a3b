// What a dead session leaves behind besides events: containers that still run.
//
// Whoever adopts a journal has just taken its lock, so its session is gone for good; from then on,
// and only then, may somebody end what that session started. Those who can (the docker adapter)
// give a Reap to Session::start() and recover(); it is called once for each journal that is
// adopted, on the thread that delivers events. So are the methods of what it answers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <trace/export.hpp>

namespace trace {

struct AdoptedSession {
  std::string id;       // its ULID
  std::string journal;  // the path of its journal, whose lock we hold; its name is the id's
  // The directory of that journal, open while the Reaping lives; negative: none. Beside the
  // journal, "containers/<id>" holds the files of its containers.
  int directory = -1;
  // Those of Config::docker_clients that it noted to have started containers with; none: it started
  // none with them. These are strings of our own configuration: nothing that a journal holds may be
  // executed or opened.
  std::vector<std::string> docker_clients = {};
};

// Work under way for one dead session. Its journal, and with it the lock, is kept until ended().
// The destructor gives up what has not ended, soon.
class Reaping {
 public:
  virtual ~Reaping() = default;
  virtual bool ended() const noexcept = 0;
  // After the end: what could not be done, one line for people; empty when all was.
  virtual std::string complaint() const = 0;
};

// Must return at once; null when there is nothing to do. What it throws is told as a diagnostic.
using Reap = std::function<std::unique_ptr<Reaping>(const AdoptedSession&)>;

}  // namespace trace
