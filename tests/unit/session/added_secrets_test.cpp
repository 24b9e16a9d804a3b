// SPDX-License-Identifier: Apache-2.0
// Secrets that are added while the session is in use: redacted from then on, whatever the keeper
// has merged, and without keeping superseded tables.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "session/core.hpp"
#include "session/inheritance.hpp"
#include "unit/session/secret_everywhere.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

// ThreadSanitizer builds tables fifty times as slowly: less keeps the keeper as busy.
#ifdef __SANITIZE_THREAD__
constexpr std::size_t long_secret_bytes = 1'000;
constexpr int concurrent_secrets = 40;
#else
constexpr std::size_t long_secret_bytes = 32'000;
constexpr int concurrent_secrets = 300;
#endif

// Makes building the tables of all secrets take long enough to record in between.
void add_long_secrets(Session& session) {
  for (int i = 0; i < 8; ++i) {
    std::string value = std::to_string(i) + " long";
    while (value.size() < long_secret_bytes) value += "-" + std::to_string(value.size() * 7919);
    REQUIRE(is_redacted(session.add_secret(value)));
  }
}

void wait_until_merged(const detail::secrets::Secrets& secrets) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!secrets.is_merged() && std::chrono::steady_clock::now() < limit) {
    std::this_thread::yield();
  }
  REQUIRE(secrets.is_merged());
}

}  // namespace

TEST_CASE("secrets that are added while others record") {
  RecordedSession session(without_environment());
  const auto secret_number = [](int i) { return "secret-number-" + std::to_string(i) + "."; };
  std::vector<std::jthread> threads;
  std::atomic<int> added{0};
  constexpr int count = 60;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      auto node = session.run().node(t == 0 ? "a" : "b");
      while (added < count) {
        record(node, Type::progress, Level::info, "{}",
               secret_number(std::max(0, added.load() - 1)));
      }
    });
  }
  for (int i = 0; i < count; ++i) {
    CHECK(is_redacted(session.session().add_secret(secret_number(i))));
    ++added;
  }
  threads.clear();
  auto node = session.run().node("n");
  for (int i = 0; i < count; ++i) record(node, Type::progress, Level::info, "{}", secret_number(i));
  const auto events = session.events();
  REQUIRE(events.size() >= count);
  for (const EventPayload& event : events) {
    if (event.node_id == "n") CHECK(event.message == "[REDACTED]");
  }
}

TEST_CASE("the memory of superseded tables is released while secrets are added") {
  RecordedSession session(without_environment());
  const Node node = session.run().node("n");
  std::size_t most = 0;
  for (int i = 0; i < 100; ++i) {
    REQUIRE(is_redacted(session.session().add_secret("s3cret-" + std::to_string(i + 1000))));
    most = std::max(most, state_of(node)->core->secrets().superseded());
  }
  CHECK(most < 16);
}

TEST_CASE("a secret is redacted as soon as it is added, before and after the tables are merged") {
  bool seen_before = false;  // unless this thread rested while the keeper merged
  for (int attempt = 0; attempt < 20 && !seen_before; ++attempt) {
    RecordedSession session(without_environment());
    auto node = session.run().node("n");
    const detail::secrets::Secrets& secrets = state_of(node)->core->secrets();
    add_long_secrets(session.session());
    wait_until_merged(secrets);

    REQUIRE(session.session().add_secret(secret) == AddSecretResult::added);
    const std::string text = "<" + secret + ">";
    const std::string json = R"({"s":"<c0rrect/horse \"battery\"+staple>"})";
    record_everywhere(node, text, json);
    record(node, Type::progress, Level::info, field("word", "plain"), "{}", "a plain text");
    seen_before = !secrets.is_merged();
    wait_until_merged(secrets);
    record_everywhere(node, text, json);

    CHECK(journal_of(session).find("c0rrect") == std::string::npos);
    const auto events = session.events();
    REQUIRE(events.size() == 9);
    for (const EventPayload& event : events) {
      CHECK(to_json(event).find("c0rrect") == std::string::npos);
    }
    CHECK(events[4].message == "a plain text");
    CHECK(events[4].data == R"({"word":"plain"})");
    CHECK(events[5].message == "<[REDACTED]>");
    CHECK(events[8].data == R"({"s":"<[REDACTED]>"})");
    CHECK(events[8].output_summary == R"({"s":"<[REDACTED]>"})");
    if (!seen_before) continue;
    CHECK(events[0].message == "[REDACTED]");
    CHECK(events[1].data == R"({"text":"[REDACTED]"})");
    CHECK(events[1].message == "[REDACTED] and 1");
    CHECK(events[2].data == R"({"json":"[REDACTED]"})");
    CHECK(events[3].error->message == "[REDACTED]");
    CHECK(events[3].data == R"({"value":"[REDACTED]"})");
    CHECK(events[3].output_summary == R"({"value":"[REDACTED]"})");
  }
  CHECK(seen_before);
}

TEST_CASE("the memory of superseded tables is released after a merge") {
  RecordedSession session(without_environment());
  auto node = session.run().node("n");
  const detail::secrets::Secrets& secrets = state_of(node)->core->secrets();
  for (int i = 0; i < 40; ++i) {
    REQUIRE(is_redacted(session.session().add_secret("s3cret-" + std::to_string(i + 1000))));
  }
  wait_until_merged(secrets);
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (secrets.superseded() > 0 && std::chrono::steady_clock::now() < limit) {
    std::this_thread::yield();
  }
  CHECK(secrets.superseded() == 0);
}

TEST_CASE("no event lets a secret through that is merged meanwhile") {
  Config config = without_environment();
  config.redact_patterns = false;
  RecordedSession session(config);
  const auto secret_number = [](int i) { return "secret-number-" + std::to_string(i) + "."; };
  constexpr int count = concurrent_secrets;
  constexpr int most_of_each = 200;
  std::atomic<int> added{0};
  std::vector<std::jthread> threads;
  session.session().add_secret("the-first-secret");
  for (const char* const id : {"a", "b"}) {
    threads.emplace_back([&, id] {
      auto node = session.run().node(id);
      for (int now = 0, before = 0, of_this = 0; now < count; before = now) {
        now = added.load(std::memory_order_acquire);
        of_this = now == before ? of_this + 1 : 0;
        // No more than the journal holds, however long adding takes.
        if (of_this >= most_of_each) {
          std::this_thread::yield();
        } else if (now > 0) {
          record(node, Type::progress, Level::info, "<{}>", secret_number(now - 1));
        }
      }
    });
  }
  for (int i = 0; i < count; ++i) {
    if (is_redacted(session.session().add_secret(secret_number(i)))) added.store(i + 1);
  }
  threads.clear();
  // The journal shows what was recorded, not what was taken out when it was sent.
  CHECK(journal_of(session).find("secret-number-") == std::string::npos);
  for (const EventPayload& event : session.events()) CHECK(event.message == "<[REDACTED]>");
}

TEST_CASE("few secrets are merged at once: only they are removed from a text") {
  RecordedSession session(without_environment());
  auto node = session.run().node("n");
  for (int i = 0; i < 20; ++i) {
    const std::string value = "a-secret-" + std::to_string(i) + ".";
    REQUIRE(session.session().add_secret(value) == AddSecretResult::added);
    CHECK(state_of(node)->core->secrets().is_merged());
    record(node, Type::progress, Level::info, "<{}>", "a " + value + " b");
  }
  for (const EventPayload& event : session.events()) CHECK(event.message == "<a [REDACTED] b>");
}

TEST_CASE("a closed session still knows what is added") {
  RecordedSession session(without_environment());
  auto node = session.run().node("n");
  add_long_secrets(session.session());
  session.session().add_secret("the-first-secret");
  session.session().close(std::chrono::seconds(10));
  session.session().add_secret("the-second-secret");
  CHECK_FALSE(state_of(node)->core->secrets().is_merged());
  CHECK(node.cut("the-first-secret the-second-secret", 200).text() == "[REDACTED] [REDACTED]");
  CHECK(state_of(node)->core->secrets().is_merged());
}
