// SPDX-License-Identifier: Apache-2.0
#include "secrets/secrets.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "secrets/text_redactor.hpp"
#include "text/encodings.hpp"

using namespace trace;
using namespace trace::detail::secrets;

TEST_CASE("what is taken, warned about and refused") {
  Secrets secrets;
  CHECK(secrets.empty());
  CHECK(secrets.add("") == AddSecretResult::none);
  CHECK(secrets.add(" \n") == AddSecretResult::none);
  CHECK(secrets.add("12345") == AddSecretResult::too_short);
  CHECK(secrets.add("1\n2  \n3 ") == AddSecretResult::too_short);
  CHECK(secrets.add("      12345\n") == AddSecretResult::too_short);
  CHECK(secrets.add(std::string(40'000, 'x')) == AddSecretResult::too_long);
  CHECK(secrets.add("REDACTED") == AddSecretResult::reserved);
  CHECK(secrets.empty());
  CHECK(secrets.shared_matcher() == nullptr);
  CHECK(secrets.add("correct horse") == AddSecretResult::added);
  CHECK(secrets.add("correct horse") == AddSecretResult::known);
  CHECK(secrets.add("correct\n horse\n") == AddSecretResult::added);  // in base64 it is another one
  CHECK(secrets.add("correct\n horse\n") == AddSecretResult::known);
  CHECK(secrets.add("ChangeMe") == AddSecretResult::common_word);
  CHECK_FALSE(secrets.empty());
  CHECK(secrets.shared_matcher()->redacted("ChangeMe, correct horse") == "[REDACTED], [REDACTED]");
}

TEST_CASE("a secret that is a form of another one has forms of its own") {
  const std::string user = detail::text::base64(
      "user:pass-w0rd", detail::text::Base64::standard);  // as HTTP's Basic has it
  Secrets secrets;
  CHECK(secrets.add("user:pass-w0rd") == AddSecretResult::added);
  CHECK(secrets.add(user) == AddSecretResult::added);
  CHECK(secrets.add(user) == AddSecretResult::known);
  const std::string again = detail::text::base64(user, detail::text::Base64::standard);
  CHECK(secrets.shared_matcher()->redacted(user) == "[REDACTED]");
  CHECK(secrets.shared_matcher()->redacted(again).find(again.substr(0, 12)) == std::string::npos);
}

TEST_CASE("a result has a text, without the value") {
  for (int result = 0; result <= static_cast<int>(AddSecretResult::no_memory); ++result) {
    CHECK_FALSE(text(static_cast<AddSecretResult>(result)).empty());
  }
  CHECK(is_redacted(AddSecretResult::common_word));
  CHECK_FALSE(is_redacted(AddSecretResult::too_short));
}

TEST_CASE("many at once") {
  Secrets secrets;
  const std::vector<std::string> values{"first-secret", "tiny", "second-secret", "first-secret"};
  const auto results = secrets.add(values);
  REQUIRE(results.size() == 4);
  CHECK(results[0] == AddSecretResult::added);
  CHECK(results[1] == AddSecretResult::too_short);
  CHECK(results[2] == AddSecretResult::added);
  CHECK(is_redacted(results[3]));
  CHECK(secrets.superseded() == 0);
}

TEST_CASE("what is added is fresh until it is merged, and never in neither matcher") {
  Secrets secrets;
  secrets.add("first-secret");
  CHECK(secrets.is_merged());  // the first ones are all there are
  const Matcher* const first = secrets.matchers().merged;
  CHECK(secrets.is_newest(first));

  secrets.add("second-secret");
  CHECK(secrets.add("second-secret") == AddSecretResult::known);
  CHECK_FALSE(secrets.is_newest(first));
  CHECK(secrets.matchers().merged == first);
  REQUIRE(secrets.matchers().fresh != nullptr);
  CHECK(secrets.matchers().fresh->values() == std::vector<std::string>{"second-secret"});
  secrets.add("third-secret");
  CHECK(secrets.matchers().fresh->contains("second-secret"));
  CHECK(secrets.matchers().fresh->contains("third-secret"));

  secrets.merge();
  CHECK(secrets.is_merged());
  CHECK(secrets.matchers().fresh == nullptr);
  CHECK(secrets.matchers().merged->values() ==
        std::vector<std::string>{"first-secret", "second-secret", "third-secret"});
  CHECK(secrets.is_newest(secrets.matchers().merged));
  CHECK(secrets.add("second-secret") == AddSecretResult::known);
  CHECK(secrets.is_merged());
}

TEST_CASE("a matcher of all secrets is available at once") {
  Secrets secrets;
  secrets.add("first-secret");
  secrets.add("second-secret");
  const auto all = secrets.shared_matcher();
  CHECK(all->redacted("first-secret second-secret") == "[REDACTED] [REDACTED]");
  CHECK(secrets.is_newest(all.get()));
  secrets.add("third-secret");
  CHECK(secrets.longest_kept() == secrets.matchers().merged->longest_kept());
  CHECK(secrets.is_merged());
}

TEST_CASE("former matchers of both kinds stay until they are released") {
  Secrets secrets;
  secrets.add("first-secret");
  const Matcher* const first = secrets.matchers().merged;
  secrets.add("second-secret");
  const Matcher* const fresh = secrets.matchers().fresh;
  CHECK(secrets.superseded() == 0);
  secrets.add("third-secret");
  CHECK(secrets.superseded() == 1);
  secrets.merge();
  CHECK(secrets.superseded() == 3);
  CHECK(first->redacted("first-secret second-secret") == "[REDACTED] second-secret");
  CHECK(fresh->redacted("second-secret third-secret") == "[REDACTED] third-secret");
  secrets.release_superseded(2);
  CHECK(secrets.superseded() == 1);
  secrets.release_superseded(5);
  CHECK(secrets.superseded() == 0);
  CHECK(secrets.shared_matcher()->redacted("first-secret") == "[REDACTED]");
}

TEST_CASE("another one with the same secrets, merged or not") {
  Secrets secrets;
  const Secrets empty(secrets);
  CHECK(empty.empty());
  secrets.add("first-secret");
  secrets.add("fresh-secret");
  Secrets heir(secrets);
  CHECK(heir.is_merged());
  CHECK(heir.add("first-secret") == AddSecretResult::known);
  CHECK(heir.add("fresh-secret") == AddSecretResult::known);
  heir.add("second-secret");
  CHECK(heir.shared_matcher()->values().size() == 3);
  CHECK(heir.shared_matcher()->contains("first-secret"));
  CHECK(heir.shared_matcher()->contains("fresh-secret"));
  CHECK_FALSE(secrets.shared_matcher()->contains("second-secret"));
}

TEST_CASE("a stream finds what is fresh") {
  const auto secrets = std::make_shared<Secrets>();
  secrets->add("first-secret");
  StreamRedactor stream(secrets);
  std::string out;
  const StreamRedactor::Sink sink = [&](std::string_view bytes) { out += bytes; };
  stream.write("first-secret,", sink);
  secrets->add("second-secret");
  stream.write("second-", sink);
  secrets->add("third-secret");
  stream.write("secret,third-secret,first-secret", sink);
  stream.finish(sink);
  CHECK(out == "[REDACTED],[REDACTED],[REDACTED],[REDACTED]");
}

TEST_CASE("secrets are added, merged and released while others read without a lock") {
  constexpr int count = 400;
  const auto secret_number = [](int i) { return fmt::format("secret-number-{}.", i); };
  Secrets secrets;
  secrets.add(secret_number(0));
  std::atomic<int> added{1};
  std::atomic<int> missed{0};
  // Each reader looks for the newest ones, of which most are fresh; see record().
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&] {
      for (int now = 0; now < count;) {
        now = added.load(std::memory_order_acquire);
        for (int i = std::max(0, now - 4); i < now; ++i) {
          const std::string secret = secret_number(i);
          const auto [merged, fresh] = secrets.matchers();
          if (!merged->contains(secret) && (fresh == nullptr || !fresh->contains(secret))) ++missed;
        }
      }
    });
  }
  std::thread merging([&] {
    while (added.load() < count) secrets.merge();
  });
  std::thread following([&] {
    while (added.load() < count) {
      const int before = added.load(std::memory_order_acquire);
      if (!secrets.shared_matcher()->contains(secret_number(before - 1))) ++missed;
    }
  });
  for (int i = 1; i < count; ++i) {
    if (!is_redacted(secrets.add(secret_number(i)))) ++missed;
    added.store(i + 1, std::memory_order_release);
  }
  for (std::thread& reader : readers) reader.join();
  merging.join();
  following.join();
  CHECK(missed == 0);
  CHECK(secrets.shared_matcher()->values().size() == count);
  secrets.release_superseded(secrets.superseded());
  CHECK(secrets.superseded() == 0);
}
