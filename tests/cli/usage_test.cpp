// SPDX-License-Identifier: Apache-2.0
// Help, wrong options and wrong configuration.
#include <doctest/doctest.h>

#include <filesystem>

#include "backend_of_test.hpp"

namespace trace::testing {

TEST_CASE("every command has help that names its exit codes") {
  CHECK(run(cli({"--help"})).status.code == 0);
  CHECK(run(cli({"--version"})).output.find('.') != std::string::npos);
  for (const char* command : {"run", "docker", "record", "finish", "emit", "verify", "runs",
                              "nodes", "tail", "status", "cancel", "summarize"}) {
    CAPTURE(command);
    const Finished help = run(cli({command, "--help"}));
    CHECK(help.status.code == 0);
    CHECK(help.output.find("Exit codes:") != std::string::npos);
    for (const char* option :
         {"--endpoint", "--journal-dir", "--token-file", "--transport", "--quiet"}) {
      CHECK(help.output.find(option) != std::string::npos);
    }
    CHECK(run(cli({"--help"})).output.find(command) != std::string::npos);
  }
}

TEST_CASE("run and docker name their options") {
  const std::vector<const char*> both{"--timeout", "--secret-env", "--pty", "--stdin"};
  const std::vector<const char*> of_docker{"--env",       "--env-file",   "--network", "--memory",
                                           "--cpus",      "--pids-limit", "--user",    "--input",
                                           "--read-only", "--client"};
  const std::string run_help = run(cli({"run", "--help"})).output;
  const std::string docker_help = run(cli({"docker", "--help"})).output;
  for (const char* option : both) {
    CAPTURE(option);
    CHECK(run_help.find(option) != std::string::npos);
    CHECK(docker_help.find(option) != std::string::npos);
  }
  for (const char* option : of_docker) {
    CAPTURE(option);
    CHECK(docker_help.find(option) != std::string::npos);
  }
}

TEST_CASE("every command that records takes what describes the run") {
  for (const char* command : {"run", "docker", "record", "finish", "emit"}) {
    const std::string help = run(cli({command, "--help"})).output;
    for (const char* option : {"--workflow", "--org", "--total-actions"}) {
      CAPTURE(command);
      CAPTURE(option);
      CHECK(help.find(option) != std::string::npos);
    }
  }
}

TEST_CASE("wrong options are exit code 2, for run and docker 125, and stderr names them") {
  const auto refused = [](const Arguments& arguments, const std::string& named, int code) {
    const Finished ended = run(cli(arguments));
    CAPTURE(named);
    CHECK(ended.status.code == code);
    CHECK(ended.output.empty());
    CHECK_MESSAGE(ended.errors.find(named) != std::string::npos, ended.errors);
  };
  refused({}, "command", 2);
  refused({"fly"}, "fly", 2);
  refused({"status"}, "--run", 2);
  refused({"status", "--run", "r", "--fast"}, "--fast", 2);
  refused({"emit", "--run", "r", "--node", "n"}, "--events", 2);
  refused({"emit", "--run", "r", "--node", "n", "--events", "-1"}, "--events", 2);
  refused({"emit", "--run", "r", "--node", "n", "--events", "1", "--threads", "0"}, "--threads", 2);
  refused({"emit", "--run", "r", "--node", "n", "--events", "1", "--rate", "0"}, "--rate", 2);
  refused({"finish"}, "--run", 2);
  refused({"finish", "--run", "r", "--total-actions", "0"}, "--total-actions", 2);
  refused({"finish", "--run", "r", "--total-actions", "many"}, "--total-actions", 2);
  refused({"run", "--run", "r", "--node", "n"}, "CMD", 125);
  refused({"run", "--run", "r", "--node", "n", "--"}, "CMD", 125);
  refused({"run", "--run", "r", "--", "true"}, "--node", 125);
  refused({"run", "--run", "r", "--node", "n", "--fast", "--", "true"}, "--fast", 125);
  refused({"run", "--run", "r", "--node", "n", "--timeout", "5x", "--", "true"},
          "--timeout: \"5x\" is not a duration; use 300ms, 5s, 2m", 125);
  refused({"run", "--run", "r", "--node", "n", "--timeout", "0s", "--", "true"},
          "--timeout: \"0s\" must be longer than 0ms", 125);
  refused({"docker", "--run", "r", "--node", "n"}, "IMAGE", 125);
  refused({"docker", "--run", "r", "--node", "n", "--env", "A=secret", "busybox"}, "--env", 125);
  refused({"docker", "--run", "r", "--node", "n", "--env-file", "/no/file", "busybox"},
          "--env-file", 125);
  refused({"docker", "--run", "r", "--node", "n", "--pids-limit", "0", "busybox"}, "--pids-limit",
          125);
  refused({"docker", "--run", "r", "--node", "n", "--input", "/no/file", "busybox"}, "/no/file",
          125);
  refused({"run", "--run", "r", "--node", "n", "--secret-env", "A=secret", "--", "true"},
          "--secret-env", 125);
}

TEST_CASE("a wrong configuration is reported before anything is done") {
  const TempDir directory;
  const Finished record = run(cli({"record", "--run", "r", "--node", "n", "--type", "STARTED",
                                   "--endpoint", "nonsense", "--journal-dir", directory / "j"}));
  CHECK(record.status.code == 2);
  CHECK(record.errors.find("endpoint") != std::string::npos);
  const Finished child =
      run(cli({"run", "--run", "r", "--node", "n", "--transport", "pigeon", "--journal-dir",
               directory / "j", "--", "touch", directory / "ran"}));
  CHECK(child.status.code == 125);
  CHECK(child.errors.find("transport") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(directory / "ran"));
  Command command = cli({"status", "--run", "r"});
  command.env["SHIPTRACE_CONNECT_TIMEOUT"] = "soon";
  const Finished status = run(std::move(command));
  CHECK(status.status.code == 2);
  CHECK(status.errors.find("SHIPTRACE_CONNECT_TIMEOUT): \"soon\" is not a duration; use 300ms, 5s, "
                           "2m") != std::string::npos);
  Command closing =
      cli({"record", "--run", "r", "--node", "n", "--type", "STARTED", "--transport", "file",
           "--endpoint", directory / "events", "--journal-dir", directory / "j"});
  closing.env["SHIPTRACE_CLOSE_TIMEOUT"] = "5x";
  const Finished refused = run(closing);
  CHECK(refused.status.code == 2);
  CHECK(refused.errors.find("SHIPTRACE_CLOSE_TIMEOUT: \"5x\" is not a duration; use 300ms, 5s, "
                            "2m") != std::string::npos);
  closing.env["SHIPTRACE_CLOSE_TIMEOUT"] = "1.5s";
  CHECK(run(closing).status.code == 0);
}

}  // namespace trace::testing
