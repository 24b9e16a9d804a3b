#include "redact/secrets.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "redact/text_encodings.hpp"

using namespace trace;
using namespace trace::detail;

TEST_CASE("what is taken, warned about and refused") {
  Secrets secrets;
  CHECK(secrets.empty());
  CHECK(secrets.add("") == SecretAnswer::none);
  CHECK(secrets.add(" \n") == SecretAnswer::none);
  CHECK(secrets.add("12345") == SecretAnswer::too_short);
  CHECK(secrets.add("1\n2  \n3 ") == SecretAnswer::too_short);
  CHECK(secrets.add("      12345\n") == SecretAnswer::too_short);
  CHECK(secrets.add(std::string(40'000, 'x')) == SecretAnswer::too_long);
  CHECK(secrets.add("REDACTED") == SecretAnswer::reserved);
  CHECK(secrets.empty());
  CHECK(secrets.matcher() == nullptr);
  CHECK(secrets.add("correct horse") == SecretAnswer::added);
  CHECK(secrets.add("correct horse") == SecretAnswer::known);
  CHECK(secrets.add("correct\n horse\n") == SecretAnswer::added);  // in base64 it is another one
  CHECK(secrets.add("correct\n horse\n") == SecretAnswer::known);
  CHECK(secrets.add("ChangeMe") == SecretAnswer::common_word);
  CHECK_FALSE(secrets.empty());
  CHECK(secrets.matcher()->redacted("ChangeMe, correct horse") == "[REDACTED], [REDACTED]");
}

TEST_CASE("a secret that is a form of another one has forms of its own") {
  const std::string user = base64("user:pass-w0rd", Base64::standard);  // as HTTP's Basic has it
  Secrets secrets;
  CHECK(secrets.add("user:pass-w0rd") == SecretAnswer::added);
  CHECK(secrets.add(user) == SecretAnswer::added);
  CHECK(secrets.add(user) == SecretAnswer::known);
  const std::string again = base64(user, Base64::standard);
  CHECK(secrets.matcher()->redacted(user) == "[REDACTED]");
  CHECK(secrets.matcher()->redacted(again).find(again.substr(0, 12)) == std::string::npos);
}

TEST_CASE("an answer has words, and never the value") {
  for (int answer = 0; answer <= static_cast<int>(SecretAnswer::no_memory); ++answer) {
    CHECK_FALSE(text(static_cast<SecretAnswer>(answer)).empty());
  }
  CHECK(is_redacted(SecretAnswer::common_word));
  CHECK_FALSE(is_redacted(SecretAnswer::too_short));
}

TEST_CASE("many at once") {
  Secrets secrets;
  const std::vector<std::string> values{"first-secret", "tiny", "second-secret", "first-secret"};
  const auto answers = secrets.add(values);
  REQUIRE(answers.size() == 4);
  CHECK(answers[0] == SecretAnswer::added);
  CHECK(answers[1] == SecretAnswer::too_short);
  CHECK(answers[2] == SecretAnswer::added);
  CHECK(is_redacted(answers[3]));
  CHECK(secrets.superseded() == 0);
}

TEST_CASE("a former matcher stays until it is released") {
  Secrets secrets;
  secrets.add("first-secret");
  const Matcher* const first = secrets.matcher();
  secrets.add("second-secret");
  CHECK(secrets.superseded() == 1);
  CHECK(first->redacted("first-secret second-secret") == "[REDACTED] second-secret");
  CHECK(secrets.matcher()->redacted("first-secret second-secret") == "[REDACTED] [REDACTED]");
  secrets.release_superseded(1);
  CHECK(secrets.superseded() == 0);
  CHECK(secrets.matcher()->redacted("first-secret") == "[REDACTED]");
}

TEST_CASE("another one with the same secrets") {
  Secrets secrets;
  const Secrets empty(secrets);
  CHECK(empty.empty());
  secrets.add("first-secret");
  Secrets heir(secrets);
  heir.add("second-secret");
  CHECK(heir.matcher()->contains("first-secret"));
  CHECK_FALSE(secrets.matcher()->contains("second-secret"));
}

TEST_CASE("secrets are added while others read") {
  Secrets secrets;
  std::atomic<bool> done{false};
  std::thread reader([&] {
    std::size_t found = 0;
    while (!done.load() || found < 50) {
      found = 0;
      if (const Matcher* const matcher = secrets.matcher()) {
        for (int i = 0; i < 50; ++i)
          found += matcher->contains(fmt::format("secret-number-{}.", i));
      }
    }
  });
  for (int i = 0; i < 50; ++i) {
    const std::string secret = fmt::format("secret-number-{}.", i);
    CHECK(is_redacted(secrets.add(secret)));
    CHECK(secrets.matcher()->contains(secret));
  }
  done = true;
  reader.join();
}
