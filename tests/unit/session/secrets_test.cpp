// SPDX-License-Identifier: Apache-2.0
// Secrets through the public API: whatever field they are recorded in, neither the journal's file
// nor the wire has them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

#include "secrets/secret_forms.hpp"
#include "secrets/text_redactor.hpp"
#include "session/core.hpp"
#include "session/inheritance.hpp"
#include "unit/secrets/oracle.hpp"
#include "unit/session/secret_everywhere.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

void check_free_of_secrets(const std::string& text, std::string_view where) {
  static const std::vector<std::string> forms = detail::secrets::secret_forms(secret);
  for (const std::string& form : forms) {
    CHECK_MESSAGE(!occurs(form, text), form, " in ", where);
  }
}

class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~EnvironmentVariable() { unsetenv(name_); }

 private:
  const char* name_;
};

}  // namespace

// All forms take minutes under AddressSanitizer, which sees the same in each, and any of them under
// ThreadSanitizer, which has nothing to see in one thread.
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t form_step = 13;
#else
constexpr std::size_t form_step = 1;
#endif
#ifdef __SANITIZE_THREAD__
constexpr bool is_too_slow = true;
#else
constexpr bool is_too_slow = false;
#endif

TEST_CASE("no field and no form of a secret gets into the journal or onto the wire" *
          doctest::skip(is_too_slow)) {
  RecordedSession session(without_environment());
  CHECK(session.session().add_secret(secret) == AddSecretResult::added);
  auto node = session.run().node("n");
  node.started();
  std::size_t recorded = 1;
  const std::vector<std::string> forms = detail::secrets::secret_forms(secret);
  for (std::size_t i = 0; i < forms.size(); i += form_step) {
    const std::string& form = forms[i];
    const std::string text = "<" + form + "> and <" + form + form + ">";
    std::string json = "{\"a\":\"";
    for (const char c : text) json.append(c == '"' || c == '\\' ? "\\" : "").append(1, c);
    json += "\"}";
    record_everywhere(node, text, json);
    recorded += 4;
  }
  session.break_backend();
  check_free_of_secrets(journal_of(session), "the journal");
  session.heal_backend();
  const auto events = session.events();
  CHECK(events.size() == recorded);
  for (const EventPayload& event : events) {
    check_free_of_secrets(to_json(event), "the wire");
    if (event.type != Type::started) CHECK(event.message->find("[REDACTED]") != std::string::npos);
  }
  check_free_of_secrets(journal_of(session), "the journal");
}

TEST_CASE("what is around a secret stays") {
  RecordedSession session(without_environment());
  session.session().add_secret(secret);
  auto node = session.run().node("n");
  record(node, Type::progress, Level::info, field("n", 7), field("word", "plain"),
         field("text", "a " + secret + " b"), field("json", Json{R"({"k":[1,true]})"}), "{}: <{}>",
         42, secret);
  record(node, {.data = R"({"pin":1,"s":"c0rrect/horse \"battery\"+staple","t":[2]})"});
  const auto events = session.events();
  REQUIRE(events.size() == 2);
  CHECK(events[0].message == "42: <[REDACTED]>");
  CHECK(events[0].data ==
        R"({"n":7,"word":"plain","text":"a [REDACTED] b","json":{"k":[1,true]}})");
  CHECK(events[1].data == R"({"pin":1,"s":"[REDACTED]","t":[2]})");
}

TEST_CASE("a number that is a secret becomes a string") {
  RecordedSession session(without_environment());
  session.session().add_secret("73313370");
  auto node = session.run().node("n");
  record(node, {.data = R"({"pin":73313370,"n":1})"});
  record(node, Type::progress, Level::info, field("pin", Json{"73313370"}), "");
  const auto events = session.events();
  REQUIRE(events.size() == 2);
  CHECK(events[0].data.value_or("nothing") == R"({"pin":"[REDACTED]","n":1})");
  CHECK(events[1].data == R"({"pin":"[REDACTED]"})");
}

TEST_CASE("a text that was cut ends with no part of a secret") {
  RecordedSession session(without_environment());
  session.session().add_secret(secret);
  auto node = session.run().node("n");
  for (std::size_t part = 1; part < secret.size(); ++part) {
    const std::string text = std::string(16 * 1024 - part, '~') + secret + "!";
    record(node, Type::progress, Level::info, "{}", text);
    record(node, {.message = text});
  }
  for (const EventPayload& event : session.events()) {
    CHECK(event.message->find_first_not_of('~') == std::string::npos);
    CHECK(event.data == R"({"truncated":["message"]})");
  }
}

TEST_CASE("values of the environment and credentials of the transport are secret") {
  const EnvironmentVariable token("REDACT_TEST_TOKENS", "t0ken-of-the-environment");
  const EnvironmentVariable path("REDACT_TEST_KEY", "/etc/passwd");
  const EnvironmentVariable word("REDACT_TEST_PASSWORD", "localhost");
  const EnvironmentVariable tiny("REDACT_TEST_SECRET", "tiny");
  RecordedSession session({}, {{"token", "t0ken-of-the-session"}, {"key", "abc"}});
  auto node = session.run().node("n");
  record(node, Type::progress, Level::info, "{}",
         "t0ken-of-the-environment t0ken-of-the-session /etc/passwd localhost tiny");
  const auto events = session.events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].message == "[REDACTED] [REDACTED] /etc/passwd localhost tiny");
  const std::string observed = session.observed("redaction");
  CHECK(observed.find("REDACT_TEST_PASSWORD is a common word") != std::string::npos);
  CHECK(observed.find("REDACT_TEST_SECRET has less than 6 bytes") != std::string::npos);
  CHECK(observed.find("key has less than 6 bytes") != std::string::npos);
  CHECK(observed.find("REDACT_TEST_TOKENS") == std::string::npos);
  CHECK(observed.find("localhost") == std::string::npos);

  RecordedSession without(without_environment());
  auto other = without.run().node("n");
  record(other, Type::progress, Level::info, "{}", "t0ken-of-the-environment");
  CHECK(without.events().at(0).message == "t0ken-of-the-environment");
}

TEST_CASE("a refused secret is reported, without its value") {
  RecordedSession session(without_environment());
  CHECK(session.session().add_secret(nullptr) == AddSecretResult::none);
  CHECK(session.session().add_secret("abc1") == AddSecretResult::too_short);
  const std::string observed = session.observed("redaction");
  CHECK(observed.find("less than 6 bytes") != std::string::npos);
  CHECK(observed.find("abc1") == std::string::npos);
  CHECK(session.session().add_secret("changeme") == AddSecretResult::common_word);
}

TEST_CASE("a secret that several arguments form together is removed from the message") {
  RecordedSession session(without_environment());
  session.session().add_secret("hunter2-hunter2");
  auto node = session.run().node("n");
  record(node, Type::progress, Level::info, "{}-{}", "hunter2", "hunter2");
  record(node, Type::progress, Level::info, "hunter2-{}er2", "hunt");
  record(node, Type::progress, Level::info, "hunter{}-hunter{}", 2, 2);
  for (const EventPayload& event : session.events()) CHECK(event.message == "[REDACTED]");
}

TEST_CASE("a secret that was recorded before it was added is removed when it is sent") {
  Config config = without_environment();
  config.batch_delay = std::chrono::minutes(1);  // until it is asked for
  RecordedSession session(config);
  auto node = session.run().node("n");
  std::string json = R"({"n":73313370,"s":")";
  for (const char c : secret) json.append(c == '"' ? "\\" : "").append(1, c);
  record_everywhere(node, secret, json + "\"}");
  session.session().add_secret(secret);
  session.session().add_secret("73313370");
  const auto events = session.events();
  REQUIRE(events.size() == 4);
  for (const EventPayload& event : events) check_free_of_secrets(to_json(event), "the wire");
  CHECK(events[3].data == R"({"n":"[REDACTED]","s":"[REDACTED]"})");
}

TEST_CASE("tokens are removed from every field, unless that is switched off") {
  const std::string url = "https://user:p4ss@host/";
  const std::string json = R"({"u":"https://user:p4ss@host/"})";
  RecordedSession session(without_environment());
  auto node = session.run().node("n");
  record_everywhere(node, url, json);
  const auto events = session.events();
  CHECK(events.size() == 4);
  for (const EventPayload& event : events) CHECK(to_json(event).find("p4ss") == std::string::npos);
  CHECK(events[0].message == "https://user:[REDACTED]@host/");

  Config config = without_environment();
  config.redact_patterns = false;
  RecordedSession without(config);
  auto other = without.run().node("n");
  record(other, Type::progress, Level::info, "{}", url);
  CHECK(without.events().at(0).message == url);
}

TEST_CASE("a stream of a node is redacted with the secrets of its session") {
  RecordedSession session(without_environment());
  const auto node = session.run().node("n");
  detail::secrets::StreamRedactor redactor(detail::session::redaction_of(state_of(node)).secrets);
  std::string out;
  const auto sink = [&](std::string_view bytes) { out += bytes; };
  redactor.write("hunter2-hunter2 ", sink);
  session.session().add_secret("hunter2-hunter2");
  redactor.write("hunter2-hun", sink);
  redactor.write("ter2", sink);
  redactor.finish(sink);
  CHECK(out == "hunter2-hunter2 [REDACTED]");
  const detail::secrets::StreamRedactor of_nothing(detail::session::redaction_of(nullptr).secrets);
  CHECK(of_nothing.kept() == 0);
}

TEST_CASE("a summary is never cut through a secret") {
  const std::string secret =
      "p4ssphrase of 82 bytes: 0123456789 abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUV";
  RecordedSession session;
  REQUIRE(is_redacted(session.session().add_secret(secret)));
  constexpr std::size_t bytes = 40'000;
  const std::size_t half = (SummaryLimits().max_bytes - 160) / 2;  // about what head and tail show
  for (std::size_t step = 0; step < 200; step += 7) {
    for (const std::size_t at : {half - 150 + step, bytes - half - 150 + step}) {
      std::string output(bytes, '.');
      output.replace(at, secret.size(), secret);
      Node node = session.run().node("n");
      node.started();
      node.completed(output);
      // In pieces, too.
      Summariser summariser = node.summariser();
      for (std::size_t i = 0; i < output.size(); i += 97) summariser.update(output.substr(i, 97));
      CHECK(session.events().back().output_summary == summariser.finish());
    }
  }
  std::size_t summaries = 0;
  for (const EventPayload& event : session.events()) {
    if (event.type != Type::completed) continue;
    ++summaries;
    for (const std::string_view part : {"p4ssph", "0123456", "PQRSTUV"}) {
      CHECK(event.output_summary->find(part) == std::string::npos);
    }
  }
  CHECK(summaries == 58);
}

TEST_CASE("an output that fits is redacted as what it is") {
  RecordedSession session;
  REQUIRE(is_redacted(session.session().add_secret("12345678")));
  Node node = session.run().node("n");
  node.started();
  node.completed("{\"pin\":12345678,\"n\":1}");
  CHECK(session.events().back().output_summary.value_or("nothing") ==
        "{\"pin\":\"[REDACTED]\",\"n\":1}");
}
