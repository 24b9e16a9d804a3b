// SPDX-License-Identifier: Apache-2.0
// Feed: what a viewer of a run receives, in order, from a position on (docs/ingestion-api.md, "The
// live stream"): `ready`, the stored events in pages, the status when it changes, and `complete` at
// the end. Every message names the position after it, from which a new feed continues.
//
// A feed knows nothing of sockets and of how messages are framed (stream/sse.hpp). Its connection
// reads a page on a store thread, passes it to advance() on the I/O thread, and sends the result.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <trace/status.hpp>

#include "collector/store/store.hpp"

namespace trace::collector::stream {

struct FeedMessage {
  std::string_view name = {};  // ready, trace, status, complete or error
  std::uint64_t position = 0;  // after this message; the sequence of the last event
  std::string data = {};       // JSON on one line
};

// What the store holds after a position.
struct FeedPage {
  // An unknown run is like one without events: a viewer may come before it.
  enum class Outcome : std::uint8_t { read, unknown_run, store_failed };
  Outcome outcome = Outcome::read;
  std::string fault = {};      // of store_failed
  std::string events = {};     // an envelope; empty without new events
  std::uint64_t position = 0;  // after these events
  bool is_last = true;         // nothing more was stored when it was read
  bool is_over = false;        // nothing follows but a new start of the run
  RunStatus run_status = RunStatus::queued;
  std::string status = {};       // WorkflowRunStatusPayload
  std::string fingerprint = {};  // the same without updatedAt, to detect changes
};

// Store thread.
FeedPage read_feed_page(store::Store& store, const std::string& run_id,
                        std::uint64_t after) noexcept;

class Feed {
 public:
  Feed(std::string run_id, std::uint64_t after) : run_id_(std::move(run_id)), position_(after) {}

  // The first message.
  FeedMessage ready() const;
  // The messages for the page after position(). Not after the end.
  std::vector<FeedMessage> advance(FeedPage page);

  const std::string& run_id() const noexcept { return run_id_; }
  std::uint64_t position() const noexcept { return position_; }
  // More is stored: read the next page without waiting.
  bool has_more() const noexcept { return has_more_; }
  // No message will follow.
  bool has_ended() const noexcept { return has_ended_; }

 private:
  std::string run_id_;
  std::uint64_t position_;
  std::string fingerprint_ = {};
  bool has_more_ = true;
  bool has_ended_ = false;
};

class Subscriber {
 public:
  virtual ~Subscriber() = default;
  // Something about the run may have been committed. Must not subscribe or unsubscribe.
  virtual void notify() = 0;
};

// Which feeds follow which run, so that ingestion can notify them. I/O thread only.
class Subscriptions {
 public:
  void add(const std::string& run_id, Subscriber& subscriber) {
    by_run_.emplace(run_id, &subscriber);
  }

  // `subscriber` was added for that run.
  void remove(const std::string& run_id, Subscriber& subscriber) {
    const auto [first, last] = by_run_.equal_range(run_id);
    for (auto place = first; place != last; ++place) {
      if (place->second != &subscriber) continue;
      by_run_.erase(place);
      return;
    }
    assert(false);
  }

  void notify(const std::string& run_id) {
    const auto [first, last] = by_run_.equal_range(run_id);
    for (auto place = first; place != last; ++place) place->second->notify();
  }

  std::size_t count() const noexcept { return by_run_.size(); }

 private:
  std::unordered_multimap<std::string, Subscriber*> by_run_;
};

}  // namespace trace::collector::stream
