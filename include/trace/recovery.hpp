// SPDX-License-Identifier: Apache-2.0
// Recovery: delivers what workers that died, or closed without reaching their backend, left in the
// journal directory.
//
// Every session adopts the orphaned journals of its own destination by itself; these functions are
// for tools that want it done now or want to inspect a journal. Blocking; any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <trace/config.hpp>
#include <trace/export.hpp>
#include <trace/result.hpp>
#include <trace/session.hpp>

namespace trace {

struct RecoveryReport {
  std::uint64_t delivered = 0;             // events that the backend has acknowledged
  std::uint64_t rejected = 0;              // permanently refused by it, kept in rejected.ndjson
  std::uint64_t dead_letters_dropped = 0;  // as Stats::dead_letters_dropped
  std::uint64_t lost_nodes = 0;            // nodes that were reported as WORKER_LOST
  std::uint64_t journals = 0;              // completely delivered (or discarded) and removed
  std::uint64_t discarded = 0;             // undelivered events of discarded journals
  // Damaged slabs and files; quarantine/ keeps the newest.
  std::uint64_t quarantined = 0;
  std::uint64_t not_quarantined = 0;  // those of them that could not be kept
  // Events that are lost: unreadable, or refused by the backend and not kept in rejected.ndjson.
  // The number of events in a damaged slab is unknown, so they are not counted here.
  std::uint64_t lost = 0;
  // What was left undelivered and why, one line each.
  std::vector<std::string> left;
};

struct RecoveryProgress {
  std::uint64_t delivered = 0;  // events so far
  std::uint64_t journals = 0;   // completely delivered so far
  std::size_t waiting = 0;      // journals that were found and not begun
  std::string journal;          // the path of the one that is being delivered; may be empty
};

struct RecoveryOptions {
  // The destination whose journals are delivered (or discarded) to the configured one: for a
  // backend that has moved, or for an export into a file. Empty: the configured one.
  std::string from_transport = {};
  std::string from_endpoint = {};
  // Removes the journals instead of delivering them. Their events are lost. A journal whose session
  // left something running, such as a container, is left alone.
  bool discard = false;
  // Called on the calling thread about once a second while journals are delivered. May be empty.
  std::function<void(const RecoveryProgress&)> on_progress = {};
};

// Delivers the orphaned journals of the configuration's directory and destination, each event under
// its original identity, until none is left or nothing was acknowledged for `patience`. Journals of
// live sessions are left alone. Fails if the configuration is invalid, or if the directory cannot
// be trusted or used: owned by another user, writable by others, a symbolic link, on a network file
// system, or below a directory that anybody can write to (SECURITY.md). The first form creates the
// transport that the configuration names.
SHIPTRACE_API Result<RecoveryReport> recover(Config config, std::chrono::milliseconds patience,
                                             const RecoveryOptions& options = {});
SHIPTRACE_API Result<RecoveryReport> recover(Config config, std::chrono::milliseconds patience,
                                             Dependencies dependencies,
                                             const RecoveryOptions& options = {});

// The contents of a journal, read without its lock: a snapshot if the session is live.
struct JournalReport {
  std::string session;
  std::string transport;
  std::string endpoint;
  bool in_use = false;  // a live session holds it
  bool closed_cleanly = false;
  std::uint64_t events = 0;  // readable
  std::uint64_t unsent = 0;  // above the acknowledged watermarks
  // Runs that were finished (Run::finish()), which the backend has not acknowledged.
  std::uint64_t unsent_finishes = 0;
  std::uint64_t slabs = 0;
  std::uint64_t damaged_slabs = 0;
  struct RunLine {
    std::string id;
    std::uint64_t events = 0;
    std::uint64_t unsent = 0;
    bool finished = false;
    bool finish_unsent = false;
  };
  std::vector<RunLine> runs;
  struct NodeLine {
    std::string run_id;
    std::string id;
    bool ended = false;
  };
  std::vector<NodeLine> nodes;  // that have started
  struct LossLine {
    std::string reason;
    std::uint64_t events = 0;
  };
  std::vector<LossLine> dropped;
};

// Fails if the file is not a journal, has another format version, or takes too much memory or time
// to read.
SHIPTRACE_API Result<JournalReport> inspect_journal(const std::string& path);

}  // namespace trace
