// SPDX-License-Identifier: Apache-2.0
// What a viewer receives, without a socket: order, resuming, the end; and the frames of SSE.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "collector/run/batch.hpp"
#include "collector/stream/feed.hpp"
#include "collector/stream/sse.hpp"
#include "envelopes.hpp"
#include "memory_store.hpp"

using namespace trace;
using namespace trace::collector;
using namespace trace::collector::stream;
using namespace trace::testing;

namespace {

class Run {
 public:
  void append(std::vector<EventPayload> events) {
    JudgedEnvelope judged;
    judged.envelope.run_id = "r";
    judged.envelope.events = std::move(events);
    run::append_batch(store, judged);
  }

  void finish() {
    JudgedEnvelope judged;
    judged.envelope.run_id = "r";
    judged.envelope.finished_at = "2025-10-13T13:00:00Z";
    run::append_batch(store, judged);
  }

  // Reads until nothing more is stored.
  std::vector<FeedMessage> read(Feed& feed) {
    std::vector<FeedMessage> all;
    do {
      for (FeedMessage& message :
           feed.advance(read_feed_page(store, feed.run_id(), feed.position()))) {
        all.push_back(std::move(message));
      }
    } while (feed.has_more());
    return all;
  }

  MemoryStore store{std::make_shared<MemoryDatabase>()};
};

std::string names(const std::vector<FeedMessage>& messages) {
  std::string all;
  for (const FeedMessage& message : messages) all += std::string(message.name) + " ";
  return all;
}

}  // namespace

TEST_CASE("a feed begins with what is stored, follows what comes, and ends with the run") {
  Run run;
  run.append(events_of("r", 1, 2'500));
  Feed feed("r", 0);
  CHECK(feed.ready().name == "ready");
  CHECK(feed.ready().position == 0);
  CHECK(feed.has_more());
  const auto stored = run.read(feed);
  CHECK(names(stored) == "trace trace trace status ");
  CHECK(stored[0].position == 1'000);
  CHECK(stored[2].position == 2'500);
  CHECK(stored[3].position == 2'500);
  CHECK_FALSE(feed.has_ended());

  CHECK(run.read(feed).empty());
  run.append({event_of("r", id_of(session_a, 0, 2'501))});
  CHECK(names(run.read(feed)) == "trace ");  // the status is as it was
  run.append({event_of("r", id_of(session_a, 0, 2'502), "a", Type::started)});
  run.append({event_of("r", id_of(session_a, 0, 2'503), "a", Type::completed)});
  run.finish();
  const auto last = run.read(feed);
  CHECK(names(last) == "trace status complete ");
  CHECK(last.back().position == 2'503);
  CHECK(last.back().data == R"({"runId":"r","status":"COMPLETED"})");
  CHECK(feed.has_ended());
}

TEST_CASE("a feed resumes after any message without a gap or a repetition") {
  Run run;
  run.append(events_of("r", 1, 2'500));
  Feed whole("r", 0);
  std::vector<FeedMessage> all = run.read(whole);
  for (std::size_t seen = 0; seen < all.size(); ++seen) {
    Feed resumed("r", all[seen].position);
    CHECK(resumed.ready().position == all[seen].position);
    std::vector<std::string> rest, again;
    for (std::size_t i = seen + 1; i < all.size(); ++i) {
      if (all[i].name == "trace") rest.push_back(all[i].data);
    }
    for (const FeedMessage& message : run.read(resumed)) {
      if (message.name == "trace") again.push_back(message.data);
    }
    CHECK(again == rest);
  }
}

TEST_CASE("a feed waits for a run that does not exist yet") {
  Run run;
  Feed feed("r", 0);
  CHECK(run.read(feed).empty());
  CHECK_FALSE(feed.has_ended());
  run.append(events_of("r", 1, 1));
  CHECK(names(run.read(feed)) == "trace status ");
}

TEST_CASE("a feed whose store fails ends with an error, from which a viewer resumes") {
  Feed failing("r", 7);
  const auto errors =
      failing.advance({.outcome = FeedPage::Outcome::store_failed, .fault = "disk \"full\""});
  CHECK(errors.front().data == R"({"message":"disk \"full\""})");
  CHECK(errors.front().position == 7);
  CHECK(failing.has_ended());
}

TEST_CASE(
    "an SSE frame has one line of data, the cursor after the message and the name, in this order") {
  CHECK(sse_event({"trace", 123, R"({"a":1})"}) == "data: {\"a\":1}\nid: MTIz\nevent: trace\n\n");
  CHECK(sse_response().content_type == "text/event-stream");
}
