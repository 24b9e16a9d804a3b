// SPDX-License-Identifier: Apache-2.0
#include "collector/stream/feed.hpp"

#include <boost/json.hpp>
#include <cassert>

#include "collector/api/payloads.hpp"
#include "collector/run/status.hpp"

namespace trace::collector::stream {
namespace {

// Pages are small: each waits in memory until a slow client has received it.
constexpr std::size_t max_page_events = 1'000;
constexpr std::size_t max_page_bytes = std::size_t{1} << 20;

}  // namespace

FeedPage read_feed_page(store::Store& store, const std::string& run_id,
                        std::uint64_t after) noexcept try {
  const auto run = store.run(run_id);
  if (!run) return {.outcome = FeedPage::Outcome::unknown_run};
  auto events = store.events(*run, after, max_page_events, max_page_bytes);
  FeedPage page;
  page.position = api::last_sequence(events, after);
  page.is_last = page.position >= run->events;
  if (!events.empty()) page.events = api::envelope_json(run_id, std::move(events), page.position);
  RunStatusPayload status = api::status_payload(store, *run);
  page.is_over = run::is_over(*run);
  page.run_status = status.status;
  page.status = to_json(status);
  status.updated_at = status.started_at;
  page.fingerprint = to_json(status);
  return page;
} catch (const std::exception& error) {
  return {.outcome = FeedPage::Outcome::store_failed, .fault = error.what()};
}

FeedMessage Feed::ready() const {
  const boost::json::object data{{"mode", "realtime"}, {"runId", run_id_}};
  return {"ready", position_, boost::json::serialize(data)};
}

std::vector<FeedMessage> Feed::advance(FeedPage page) {
  assert(!has_ended_);
  std::vector<FeedMessage> messages;
  if (page.outcome == FeedPage::Outcome::unknown_run) {
    has_more_ = false;
    return messages;
  }
  if (page.outcome == FeedPage::Outcome::store_failed) {
    const boost::json::object error{{"message", page.fault}};
    messages.push_back({"error", position_, boost::json::serialize(error)});
    has_more_ = false;
    has_ended_ = true;
    return messages;
  }
  assert(page.position >= position_);
  position_ = page.position;
  has_more_ = !page.is_last;
  if (!page.events.empty()) messages.push_back({"trace", position_, std::move(page.events)});
  if (has_more_) return messages;
  if (page.fingerprint != fingerprint_) {
    messages.push_back({"status", position_, std::move(page.status)});
    fingerprint_ = std::move(page.fingerprint);
  }
  if (page.is_over) {
    const boost::json::object complete{{"runId", run_id_}, {"status", name(page.run_status)}};
    messages.push_back({"complete", position_, boost::json::serialize(complete)});
    has_ended_ = true;
  }
  return messages;
}

}  // namespace trace::collector::stream
