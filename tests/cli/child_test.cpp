// SPDX-License-Identifier: Apache-2.0
// run and docker: the child's output and exit status pass through, the backend has the events.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "backend_of_test.hpp"

namespace trace::testing {
namespace {

const EventPayload* find_line(const std::vector<EventPayload>& events, const std::string& stream,
                              const std::string& message) {
  for (const EventPayload& event : events) {
    if (event.message == message && member(event.data, "stream") == "\"" + stream + "\"") {
      return &event;
    }
  }
  return nullptr;
}

Arguments of_run(const std::string& id, Arguments rest) {
  Arguments arguments{"run", "--run", id, "--node", "n1"};
  arguments.insert(arguments.end(), rest.begin(), rest.end());
  return arguments;
}

}  // namespace

TEST_CASE(
    "run passes output and exit status through and sends the backend the reason of a failure") {
  const BackendOfTest backend;
  const Finished ended = backend.shiptrace(
      of_run("r1", {"--workflow", "wf-7", "--", "sh", "-c", "echo out; echo err >&2; exit 3"}));
  CHECK(ended.status.code == 3);
  CHECK(ended.output == "out\n");
  CHECK(ended.errors == "err\n");

  const auto events = backend.events("r1");
  REQUIRE(events.size() == 4);
  CHECK(events.front().type == Type::started);
  CHECK(events.front().level == Level::info);
  const EventPayload* out = find_line(events, "stdout", "out");
  REQUIRE(out != nullptr);
  CHECK(out->level == Level::info);
  CHECK(out->type == Type::progress);
  const EventPayload* err = find_line(events, "stderr", "err");
  REQUIRE(err != nullptr);
  CHECK(err->level == Level::warn);
  const EventPayload& last = events.back();
  CHECK(last.type == Type::failed);
  CHECK(last.level == Level::error);
  REQUIRE(last.error.has_value());
  CHECK(last.error->code == "PROCESS_EXIT");
  REQUIRE(last.data.has_value());
  CHECK(last.data->find("3") != std::string::npos);
  for (const EventPayload& event : events) CHECK(event.node_id == "n1");
  CHECK(backend.verdict("r1").status == RunStatus::failed);
  CHECK(backend.verdict("r1").workflow_id == "wf-7");
}

TEST_CASE("run of a command that succeeds completes with a summary of its output") {
  const BackendOfTest backend;
  const Finished ended =
      backend.shiptrace(of_run("r1", {"--", "sh", "-c", "echo '{\"findings\":3}'"}));
  CHECK(ended.status.code == 0);
  const auto events = backend.events("r1");
  REQUIRE(events.size() == 3);
  CHECK(events.back().type == Type::completed);
  REQUIRE(events.back().output_summary.has_value());
  CHECK(events.back().output_summary->find("\"findings\":3") != std::string::npos);
  CHECK(backend.verdict("r1").status == RunStatus::completed);
}

TEST_CASE("run takes everything after -- as the command, options of other programs included") {
  const BackendOfTest backend;
  const Finished ended =
      backend.shiptrace(of_run("r1", {"--", "echo", "--run", "-x", "--", "docker", "--help"}));
  CHECK(ended.status.code == 0);
  CHECK(ended.output == "--run -x -- docker --help\n");
  const Finished without = backend.shiptrace(of_run("r2", {"echo", "tail", "-f", "--follow"}));
  CHECK(without.status.code == 0);
  CHECK(without.output == "tail -f --follow\n");
}

TEST_CASE("run passes bytes through that are no text and no line") {
  const BackendOfTest backend;
  const Finished ended =
      backend.shiptrace(of_run("r1", {"--", "printf", "\\033[31mred\\000\\377\\r\\nrest"}));
  CHECK(ended.output == std::string("\x1b[31mred\0\xff\r\nrest", 16));
  const auto events = backend.events("r1");
  REQUIRE(events.size() == 4);
  CHECK(events[2].message == "rest");
}

TEST_CASE("run exits with 128 and the signal, 124 on timeout, 127 and 126 without a command") {
  const BackendOfTest backend;
  CHECK(backend.shiptrace(of_run("killed", {"--", "sh", "-c", "kill -9 $$"})).status.code ==
        128 + SIGKILL);
  CHECK(backend.events("killed").back().error->code == "PROCESS_SIGNAL");

  const Finished slow =
      backend.shiptrace(of_run("slow", {"--timeout", "300ms", "--", "sleep", "60"}));
  CHECK(slow.status.code == 124);
  CHECK(slow.errors.find("TIMEOUT") != std::string::npos);
  CHECK(backend.events("slow").back().error->code == "TIMEOUT");

  const Finished missing = backend.shiptrace(of_run("missing", {"--", "/no/such/program"}));
  CHECK(missing.status.code == 127);
  CHECK(missing.errors.find("COMMAND_NOT_FOUND") != std::string::npos);
  CHECK(backend.verdict("missing").status == RunStatus::failed);

  CHECK(backend.shiptrace(of_run("plain", {"--", "/etc/passwd"})).status.code == 126);
  CHECK(backend.events("plain").back().error->code == "COMMAND_NOT_EXECUTABLE");
}

TEST_CASE("Ctrl-C ends the child as CANCELLED and loses nothing") {
  const BackendOfTest backend;
  Child child(backend.command(of_run(
      "r1", {"--", "sh", "-c", "trap 'echo bye; exit 0' TERM; echo ready; sleep 60 & wait"})));
  REQUIRE(child.wait_for_output("ready"));
  child.signal(SIGINT);
  CHECK(child.wait().code == 130);
  CHECK(child.output().find("bye") != std::string::npos);
  const auto events = backend.events("r1");
  CHECK(events.back().type == Type::failed);
  REQUIRE(events.back().error.has_value());
  CHECK(events.back().error->code == "CANCELLED");
  CHECK(find_line(events, "stdout", "ready") != nullptr);
}

TEST_CASE("SIGTERM and SIGHUP stop the child, and do not cancel the run") {
  const BackendOfTest backend;
  Child child(backend.command(of_run(
      "r1", {"--", "sh", "-c", "trap 'echo bye; exit 0' TERM; echo ready; sleep 60 & wait"})));
  REQUIRE(child.wait_for_output("ready"));
  SUBCASE("SIGTERM") { child.signal(SIGTERM); }
  SUBCASE("SIGHUP") { child.signal(SIGHUP); }
  CHECK(child.wait().code == 143);
  CHECK(child.output().find("bye") != std::string::npos);
  const auto events = backend.events("r1");
  check_recorded_as_stopped(events);
}

TEST_CASE("a second Ctrl-C kills at once") {
  const BackendOfTest backend;
  Child child(backend.command(of_run(
      "r1", {"--", "sh", "-c", "trap 'echo no' TERM; echo ready; while :; do sleep 0.05; done"})));
  REQUIRE(child.wait_for_output("ready"));
  int first = SIGINT;
  SUBCASE("after Ctrl-C") { first = SIGINT; }
  SUBCASE("after SIGTERM") { first = SIGTERM; }
  SUBCASE("after SIGHUP") { first = SIGHUP; }
  child.signal(first);
  REQUIRE(child.wait_for_output("no"));
  // The grace of five seconds has only begun.
  const auto before = std::chrono::steady_clock::now();
  child.signal(SIGINT);
  CHECK(child.wait().code == (first == SIGINT ? 130 : 143));
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(4));
  const auto events = backend.events("r1");
  CHECK(member(events.back().data, "signal") == "9");
  if (first == SIGINT) {
    check_recorded_as_cancelled(events);
  } else {
    check_recorded_as_stopped(events);
  }
}

TEST_CASE("run passes our stdin on when asked, and a terminal when asked") {
  const BackendOfTest backend;
  CHECK(backend.shiptrace(of_run("with", {"--stdin", "--", "cat"}), "given\n").output == "given\n");
  CHECK(backend.shiptrace(of_run("without", {"--", "cat"}), "given\n").output.empty());
  const Finished at_terminal =
      backend.shiptrace(of_run("pty", {"--pty", "--", "sh", "-c", "test -t 1 && echo terminal"}));
  CHECK(at_terminal.output == "terminal\r\n");
  CHECK(find_line(backend.events("pty"), "pty", "terminal") != nullptr);
}

TEST_CASE("a script inside records for the same node without any option") {
  const BackendOfTest backend;
  Command command = backend.command(
      of_run("r1", {"--", "sh", "-c",
                    "cd / && \"$0\" record --type PROGRESS --message inside && echo "
                    "$SHIPTRACE_RUN $SHIPTRACE_NODE $SHIPTRACE_ENDPOINT $SHIPTRACE_JOURNAL_DIR",
                    SHIPTRACE_CLI_BINARY}));
  const Finished ended = run(std::move(command));
  CHECK_MESSAGE(ended.status.code == 0, ended.errors);
  CHECK(ended.output == "r1 n1 " + backend.collector.url() + " " + backend.journal() + "\n");
  const auto events = backend.events("r1");
  const auto inside = std::find_if(events.begin(), events.end(),
                                   [](const auto& event) { return event.message == "inside"; });
  REQUIRE(inside != events.end());
  CHECK(inside->node_id == "n1");
}

TEST_CASE("the trace context of our caller is recorded and reaches the child") {
  const BackendOfTest backend;
  const std::string context = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  Command command = backend.command(of_run("r1", {"--", "sh", "-c", "echo $TRACEPARENT"}));
  command.env["TRACEPARENT"] = context;
  CHECK(run(command).output == context + "\n");
  CHECK(member(backend.events("r1").front().data, "traceparent") == "\"" + context + "\"");
  for (std::string& argument : command.argv) argument = argument == "r1" ? "r2" : argument;
  command.env["TRACEPARENT"] = "nonsense";
  CHECK(run(command).output == "nonsense\n");  // not ours to change
  CHECK(member(backend.events("r2").front().data, "traceparent").empty());
}

TEST_CASE("a secret that is not there is reported before anything is done") {
  const BackendOfTest backend;
  const Finished ended = backend.shiptrace(
      of_run("r1", {"--secret-env", "SHIPTRACE_TEST_NO_SUCH_SECRET", "--", "echo", "ran"}));
  CHECK(ended.status.code == 125);
  CHECK(ended.output.empty());
  CHECK(ended.errors.find("SHIPTRACE_TEST_NO_SUCH_SECRET") != std::string::npos);
}

TEST_CASE("the value of a variable that is named as a secret is not recorded") {
  const BackendOfTest backend;
  Command command = backend.command(of_run("r1", {"--secret-env", "SHIPTRACE_TEST_VALUE", "--",
                                                  "sh", "-c", "echo \"<$0>\"", "hunter2-x"}));
  command.env["SHIPTRACE_TEST_VALUE"] = "hunter2-x";
  const Finished ended = run(std::move(command));
  CHECK(ended.status.code == 0);
  CHECK(ended.output == "<hunter2-x>\n");
  const auto events = backend.events("r1");
  CHECK(find_line(events, "stdout", "<[REDACTED]>") != nullptr);
  CHECK(member(events.front().data, "argv").ends_with(R"(,"[REDACTED]"])"));
}

TEST_CASE("a refused secret is reported before anything is done, an empty one is ignored") {
  const BackendOfTest backend;
  const auto with_value = [&](const char* value) {
    Command command = backend.command(
        of_run("r1", {"--secret-env", "SHIPTRACE_TEST_VALUE", "--", "echo", "ran"}));
    command.env["SHIPTRACE_TEST_VALUE"] = value;
    return run(std::move(command));
  };
  const Finished too_short = with_value("abc");
  CHECK(too_short.status.code == 125);
  CHECK(too_short.output.empty());
  CHECK(too_short.errors.find("SHIPTRACE_TEST_VALUE") != std::string::npos);
  CHECK(with_value("").output == "ran\n");
}

TEST_CASE("a reader of our stdout that goes away ends the child as a broken pipe does") {
  const BackendOfTest backend;
  Command command =
      backend.command(of_run("r1", {"--", "sh", "-c", "while :; do echo line; sleep 0.01; done"}));
  command.argv.insert(command.argv.begin(),
                      {"bash", "-c", "\"$0\" \"$@\" | head -1; exit ${PIPESTATUS[0]}"});
  const Finished ended = run(std::move(command));
  CHECK(ended.output == "line\n");
  CHECK(ended.errors.empty());
  CHECK(ended.status.code == 128 + SIGPIPE);
  const auto events = backend.events("r1");
  CHECK(find_line(events, "stdout", "line") != nullptr);
  CHECK(events.back().error->code == "PROCESS_SIGNAL");
  CHECK(events.back().message == "killed by SIGPIPE");
}

TEST_CASE("a child that writes elsewhere goes on when the reader of its stdout goes away") {
  const BackendOfTest backend;
  Command command = backend.command(of_run(
      "r1", {"--", "sh", "-c",
             "trap '' PIPE; for i in 1 2 3 4 5 6 7 8; do echo $i 2>/dev/null; sleep 0.02; done; "
             "echo done >&2; exit 4"}));
  command.argv.insert(command.argv.begin(),
                      {"bash", "-c", "\"$0\" \"$@\" | head -1; exit ${PIPESTATUS[0]}"});
  const Finished ended = run(std::move(command));
  CHECK(ended.output == "1\n");
  CHECK(ended.errors == "done\n");
  CHECK(ended.status.code == 4);
}

TEST_CASE("output that cannot be written is a failure, closed output is not") {
  const BackendOfTest backend;
  const auto with = [&](const std::string& redirection) {
    Command command = backend.command(of_run("r1", {"--", "echo", "some output"}));
    command.argv.insert(command.argv.begin(), {"bash", "-c", "\"$0\" \"$@\" " + redirection});
    return run(std::move(command));
  };
  const Finished full = with(">/dev/full");
  CHECK(full.status.code == 1);
  CHECK(full.errors.find("12 bytes of the output") != std::string::npos);
  CHECK(full.errors.find("No space left on device") != std::string::npos);
  const Finished closed = with(">&-");
  CHECK(closed.status.code == 0);
  CHECK(closed.errors.empty());
}

TEST_CASE("docker reports a missing daemon, also to the backend") {
  const BackendOfTest backend;
  Command command = backend.command(
      {"docker", "--run", "r1", "--node", "scan", "--timeout", "20s", "busybox:1", "true"});
  command.env["DOCKER_HOST"] = "unix://" + (backend.directory / "no.sock");
  const Finished ended = run(std::move(command));
  CHECK(ended.status.code == 125);
  CHECK(ended.errors.find("DOCKER_UNAVAILABLE") != std::string::npos);
  const auto events = backend.events("r1");
  CHECK(events.back().type == Type::failed);
  REQUIRE(events.back().error.has_value());
  CHECK(events.back().error->code == "DOCKER_UNAVAILABLE");
  CHECK(backend.verdict("r1").status == RunStatus::failed);
}

TEST_CASE("a container gets the variables by name, and no password of the endpoint") {
  const BackendOfTest backend;
  const std::string context = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto started = [&](const std::string& run_id, const std::string& endpoint, Arguments more) {
    Arguments arguments{"docker",     "--run",  run_id,          "--node",         "scan",
                        "--endpoint", endpoint, "--journal-dir", backend.journal()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.insert(arguments.end(), {"busybox:1", "true"});
    Command command = cli(std::move(arguments));
    command.env["DOCKER_HOST"] = "unix://" + (backend.directory / "no.sock");
    command.env["TRACEPARENT"] = context;
    CHECK(run(std::move(command)).status.code == 125);
    return backend.events(run_id).front().data;
  };
  const std::string url = backend.collector.url();
  const auto plain = started("r1", url, {});
  CHECK(member(plain, "env") ==
        R"(["SHIPTRACE_RUN","SHIPTRACE_NODE","SHIPTRACE_ENDPOINT","TRACEPARENT"])");
  CHECK(member(plain, "traceparent") == "\"" + context + "\"");
  CHECK(member(started("r2", "http://user:pa55word@" + url.substr(7), {"--env", "SHIPTRACE_RUN"}),
               "env") == R"(["SHIPTRACE_RUN","SHIPTRACE_NODE","TRACEPARENT"])");
}

}  // namespace trace::testing
