// SPDX-License-Identifier: Apache-2.0
// tail, status and summarize.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "backend_of_test.hpp"

namespace trace::testing {
namespace {

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

Arguments event(const std::string& run, const std::string& type, Arguments more = {}) {
  Arguments arguments{"record", "--run", run, "--node", "scan-1", "--type", type};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

TEST_CASE("tail shows a run as a timeline that a terminal survives") {
  const BackendOfTest backend;
  REQUIRE(backend
              .shiptrace({"run", "--run", "r", "--node", "scan-1", "--", "sh", "-c",
                          "echo one; echo two >&2"})
              .status.code == 0);
  REQUIRE(backend
              .shiptrace(
                  event("r", "FAILED", {"--error-message", "it\x1b[2J broke", "--error-code", "X"}))
              .status.code == 0);
  REQUIRE(backend.shiptrace(event("r", "PROGRESS", {"--message", "m \x1b[31m\x07\xc2\x9b"}))
              .status.code == 0);
  const Finished shown = backend.shiptrace({"tail", "--run", "r"});
  CHECK(shown.status.code == 0);
  for (const char* part : {"STARTED", "stdout", "stderr", "COMPLETED", "outputSummary", "scan-1",
                           "warn", "two", "m \\x1b[31m\\x07\\u{9b}", "error X: it\\x1b[2J broke"}) {
    CAPTURE(part);
    CHECK(shown.output.find(part) != std::string::npos);
  }
  for (const char c : shown.output) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
}

TEST_CASE("tail --json prints the events of the contract, from a cursor on") {
  const BackendOfTest backend;
  REQUIRE(
      backend.shiptrace({"emit", "--run", "r", "--node", "n", "--events", "2500"}).status.code ==
      0);
  const Finished all = backend.shiptrace({"tail", "--run", "r", "--json"});
  CHECK(lines_of(all.output) == 2500);
  const auto first = parse_event(all.output.substr(0, all.output.find('\n')));
  REQUIRE(first.ok());
  CHECK(first->id == "1");

  const HttpAnswer page = backend.collector.get("/workflows/runs/r/trace?limit=1000");
  const auto envelope = parse_envelope(page.body);
  REQUIRE(envelope.ok());
  const Finished rest =
      backend.shiptrace({"tail", "--run", "r", "--json", "--cursor", envelope->cursor.value()});
  CHECK(lines_of(rest.output) == 1500);
  CHECK(backend.shiptrace({"tail", "--run", "r", "--cursor", "?"}).status.code == 1);
}

TEST_CASE("tail --follow shows events as they come and ends with the run") {
  const BackendOfTest backend;
  REQUIRE(backend.shiptrace(event("r", "STARTED")).status.code == 0);
  Child tail(backend.command({"tail", "--run", "r", "--follow"}));
  REQUIRE(tail.wait_for_output("STARTED"));
  REQUIRE(backend.shiptrace(event("r", "PROGRESS", {"--message", "halfway"})).status.code == 0);
  REQUIRE(tail.wait_for_output("halfway"));
  REQUIRE(backend.shiptrace(event("r", "COMPLETED")).status.code == 0);
  backend.verdict("r");
  CHECK(tail.wait().code == 0);
  CHECK(tail.output().find("COMPLETED") != std::string::npos);
}

TEST_CASE("tail --follow goes on where it was when the backend comes back") {
  BackendOfTest backend;
  REQUIRE(backend.shiptrace(event("r", "STARTED")).status.code == 0);
  Child tail(backend.command({"tail", "--run", "r", "--follow", "--json"}));
  REQUIRE(tail.wait_for_output("STARTED"));
  backend.collector.kill();
  backend.collector.start();
  REQUIRE(backend.shiptrace(event("r", "COMPLETED")).status.code == 0);
  backend.verdict("r");
  CHECK(tail.wait().code == 0);
  CHECK(lines_of(tail.output()) == 2);  // nothing twice
}

TEST_CASE("Ctrl-C ends tail --follow") {
  const BackendOfTest backend;
  REQUIRE(backend.shiptrace(event("r", "STARTED")).status.code == 0);
  Child tail(backend.command({"tail", "--run", "r", "--follow"}));
  REQUIRE(tail.wait_for_output("STARTED"));
  tail.signal(SIGINT);
  CHECK(tail.wait().code == 130);
}

TEST_CASE("status shows what the backend derives") {
  const BackendOfTest backend;
  REQUIRE(backend.shiptrace(event("r", "STARTED")).status.code == 0);
  const Finished running = backend.shiptrace({"status", "--run", "r"});
  CHECK(running.status.code == 0);
  CHECK(running.output.find("RUNNING") != std::string::npos);
  REQUIRE(backend.shiptrace(event("r", "FAILED", {"--error-message", "no luck"})).status.code == 0);
  backend.verdict("r");
  const Finished failed = backend.shiptrace({"status", "--run", "r", "--json"});
  CHECK(failed.status.code == 0);
  const auto parsed = parse_run_status(failed.output);
  REQUIRE(parsed.ok());
  CHECK(parsed->status == RunStatus::failed);
  CHECK(lines_of(failed.output) == 1);
}

TEST_CASE("an unknown run is exit code 1 and says what to check") {
  const BackendOfTest backend;
  for (const Arguments& arguments : {Arguments{"tail"}, Arguments{"status"}, Arguments{"verify"}}) {
    Arguments command = arguments;
    command.insert(command.end(), {"--run", "no/such run"});
    const Finished ended = backend.shiptrace(command);
    CAPTURE(arguments[0]);
    CHECK(ended.status.code == 1);
    CHECK(ended.errors.find("--run") != std::string::npos);
    CHECK(ended.errors.find("404") != std::string::npos);
  }
}

TEST_CASE("a token file opens a backend that wants a token") {
  const TempDir directory;
  const std::string file = directory / "token";
  std::ofstream(file) << "s3cret-token\n";
  const Collector collector({"--token-file", file});
  const Arguments shared{"--endpoint", collector.url(), "--journal-dir", directory / "j"};
  const auto with = [&](Arguments arguments, Arguments more) {
    arguments.insert(arguments.end(), shared.begin(), shared.end());
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(cli(std::move(arguments)));
  };
  CHECK(with({"record", "--run", "r", "--node", "n", "--type", "STARTED"}, {"--token-file", file})
            .status.code == 0);
  CHECK(with({"status", "--run", "r"}, {"--token-file", file}).status.code == 0);
  const Finished refused = with({"status", "--run", "r"}, {});
  CHECK(refused.status.code == 1);
  CHECK(refused.errors.find("--token-file") != std::string::npos);
  CHECK(with({"status", "--run", "r"}, {"--token-file", directory / "missing"}).status.code != 0);
}

TEST_CASE("summarize shows the summary of a file or of stdin") {
  Command small = cli({"summarize", "--json"});
  small.input = R"({"a":[1,2],"b":"x"})";
  const Finished kept = run(std::move(small));
  CHECK(kept.status.code == 0);
  CHECK(kept.output == "{\"a\":[1,2],\"b\":\"x\"}\n");

  const TempDir directory;
  const std::string file = directory / "big";
  std::ofstream(file) << std::string(100'000, 'z');
  const Finished cut = run(cli({"summarize", file, "--max-bytes", "1024", "--json"}));
  CHECK(cut.status.code == 0);
  CHECK(cut.output.size() <= 1025);
  CHECK(member(cut.output, "bytes") == "100000");
  CHECK(member(cut.output, "sha256").size() == 66);
  CHECK(lines_of(run(cli({"summarize", file})).output) > 2);

  CHECK(run(cli({"summarize", directory / "missing"})).status.code == 1);
  CHECK(run(cli({"summarize", file, "--max-bytes", "10"})).status.code == 2);
}

}  // namespace trace::testing
