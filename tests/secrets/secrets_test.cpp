// SPDX-License-Identifier: Apache-2.0
// Secrets on every way on which text gets into what a session sends, in every form: a grep of the
// journal's directory, of what went over the wire and of the store finds none of them, whether the
// worker lived to deliver or was killed before. The replacement is searched for, too, or
// the test would pass because nothing was sent.
#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "secrets/channels.hpp"
#include "secrets/places.hpp"
#include "secrets/recording_proxy.hpp"
#include "support/child.hpp"
#include "support/collector.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) {
    ++found;
  }
  return found;
}

// As it is, and with one and two levels of JSON's escapes taken away.
void find_no_secret(const std::string& raw, std::string_view where) {
  CAPTURE(where);
  std::string text = raw;
  for (int level = 0; level < 3; ++level) {
    CAPTURE(level);
    for (const Form& form : forms) CHECK_MESSAGE(count(text, form.text) == 0, form.of);
    CHECK(count(text, secret_of_variable) == 0);
    text = unescaped(text);
  }
}

void find_every_placeholder(const std::string& raw, std::string_view where) {
  CAPTURE(where);
  const std::string text = unescaped(raw);
  for (const std::string_view channel : channels) {
    for (std::size_t form = 0; form < std::size(forms); ++form) {
      CHECK_MESSAGE(count(text, redacted_probe(channel, form)) > 0, channel, " ", forms[form].of);
    }
  }
  CHECK(count(text, "variable:[REDACTED]~") > 0);
}

class Probed {
 public:
  explicit Probed(const std::string& mode = "knowing", const std::string& offer = "")
      : proxy_(collector_.url(), offer),
        worker_({.argv = {SHIPTRACE_SECRETS_WORKER_BINARY, proxy_.url(), journal_dir(), mode},
                 .env = {{secret_variable, std::string(secret_of_variable)}}}) {}

  RecordingProxy& proxy() { return proxy_; }
  Child& worker() { return worker_; }
  void wait_until_recorded() { REQUIRE(worker_.first_line(120s) == "recorded"); }

  std::string journal_dir() const { return directory_ / "journal"; }
  std::string journal() const { return content_of_all(journal_dir()); }
  std::string wire() const { return proxy_.seen(); }
  // The database's values, and its files with what SQLite has forgotten in them.
  std::string store_values() const { return values_of(collector_.database()); }
  std::string store_files() const {
    return content_of_all(std::filesystem::path(collector_.database()).parent_path().string());
  }

 private:
  Collector collector_;
  TempDir directory_;
  RecordingProxy proxy_;
  Child worker_;
};

void deliver_and_grep(const std::string& offer) {
  CAPTURE(offer);
  Probed probed("knowing", offer);
  probed.proxy().open();
  probed.wait_until_recorded();
  find_no_secret(probed.journal(), "the journal of a worker that lives");
  CHECK(count(probed.journal(), "[REDACTED]") > 0);
  probed.worker().signal(SIGTERM);
  CHECK(probed.worker().wait(120s) == ExitStatus{0, 0});
  CHECK(probed.proxy().passed_on()[offer] > 0);
  find_no_secret(probed.worker().errors(), "what the worker printed");
  find_no_secret(probed.journal(), "the journal that is left");
  find_no_secret(probed.wire(), "the wire");
  find_every_placeholder(probed.wire(), "the wire");
  find_no_secret(probed.store_files(), "the database's files");
  find_no_secret(probed.store_values(), "the store");
  find_every_placeholder(probed.store_values(), "the store");
}

}  // namespace

TEST_CASE("no secret in the journal, on the wire and in the store of a worker that delivers") {
  deliver_and_grep("");
}

TEST_CASE("no secret in compressed bodies") {
  deliver_and_grep("gzip");
  deliver_and_grep("zstd");
}

TEST_CASE("no secret of a worker that was killed before it delivered") {
  Probed probed;
  probed.wait_until_recorded();
  find_no_secret(probed.journal(), "the journal of a worker that lives");
  probed.worker().signal(SIGKILL);
  CHECK(probed.worker().wait(60s).signal == SIGKILL);
  CHECK(probed.proxy().passed_on().empty());
  const std::string left = probed.journal();
  find_no_secret(left, "the journal of a dead worker");
  CHECK(count(left, "argument.0:[REDACTED]~") > 0);
  CHECK(count(left, "kept.0:[REDACTED]~") > 0);  // the tail
  find_no_secret(probed.worker().errors(), "what the worker printed");

  probed.proxy().open();
  const Finished recovered =
      run({.argv = {SHIPTRACE_CLI_BINARY, "recover", "--endpoint", probed.proxy().url(),
                    "--journal-dir", probed.journal_dir()},
           .without_env = {"SHIPTRACE_TOKEN", "SHIPTRACE_TOKEN_FILE"}},
          120s);
  CHECK_MESSAGE(recovered.status.code == 0, recovered.errors);
  find_no_secret(probed.journal(), "what recovery left");
  find_no_secret(probed.wire(), "the wire");
  find_every_placeholder(probed.wire(), "the wire");
  find_no_secret(probed.store_files(), "the database's files");
  find_no_secret(probed.store_values(), "the store");
  find_every_placeholder(probed.store_values(), "the store");
}

TEST_CASE("the same grep finds what a worker sends that does not know the secret") {
  Probed probed("unaware");
  probed.proxy().open();
  probed.wait_until_recorded();
  const std::string journal = unescaped(probed.journal());
  probed.worker().signal(SIGTERM);
  CHECK(probed.worker().wait(120s) == ExitStatus{0, 0});
  const std::string wire = unescaped(probed.wire());
  const std::string store = unescaped(probed.store_values());
  for (const Form& form : forms) {
    CAPTURE(form.of);
    CHECK(count(probed.journal(), form.text) + count(journal, form.text) > 0);
    CHECK(count(wire, form.text) + count(unescaped(wire), form.text) > 0);
    CHECK(count(store, form.text) + count(unescaped(store), form.text) > 0);
  }
  CHECK(count(wire, secret_of_variable) > 0);
}

}  // namespace trace::testing
