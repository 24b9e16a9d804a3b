// SPDX-License-Identifier: Apache-2.0
// The worker of the tests of secrets: records the secret in every form on every channel, says
// "recorded", and waits. SIGTERM lets it deliver and end; the test may also kill it.
//
//   shiptrace_secrets_worker ENDPOINT JOURNAL_DIR knowing|unaware
//
// "unaware" of the secret it sends everything as it is: so the test can see that its grep finds
// what is there.
#include <fmt/format.h>
#include <trace/capture.hpp>
#include <trace/trace.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <trace/http.hpp>
#include "secrets/channels.hpp"
#include "secrets/probing_child.hpp"
#include "secrets/quoted.hpp"

namespace {

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

Session start(const char* endpoint, const char* journal_dir, bool knowing) {
  Config config;
  config.endpoint = endpoint;
  config.journal_dir = journal_dir;
  config.redact_environment = knowing;
  http::HttpOptions http = *http::http_options(config);
  http.compression = http::Compression::offered;
  Dependencies dependencies;
  dependencies.transport = http::make_http_transport(http);
  auto session = Session::start(std::move(config), std::move(dependencies));
  if (!session) throw std::runtime_error(session.error().text());
  if (knowing && !is_redacted(session->add_secret(secret))) throw std::runtime_error("refused");
  return std::move(*session);
}

std::string object_of(std::string_view channel, std::size_t form) {
  return fmt::format(R"({{"probe":{}}})", quoted(probe(channel, form)));
}

void record_probes(Run& run) {
  auto node = run.node("records");
  for (std::size_t form = 0; form < std::size(forms); ++form) {
    const std::string argument = probe("argument", form);
    const std::string field_text = probe("field", form);
    const std::string json = object_of("json", form);
    record(node, Type::progress, Level::info, field("text", field_text), field("json", Json{json}),
           "{} and {}", argument, form);
    const std::string message = probe("message", form);
    const std::string data = object_of("data", form);
    const std::string summary = object_of("summary", form);
    record(node, {.message = message, .output_summary = summary, .data = data});
  }
}

void record_ends(Run& run) {
  auto node = run.node("ends");
  for (std::size_t form = 0; form < std::size(forms); ++form) {
    node.started();
    node.failed({.message = probe("error", form),
                 .code = probe("code", form),
                 .stack = probe("stack", form),
                 .retryable = true,
                 .attempt = 1});
    node.started();
    node.completed(probe("text", form));
    node.started();
    node.completed(object_of("output", form));
  }
}

void write_stream(Run& run) {
  auto node = run.node("stream");
  auto stream = node.stream(Stream::out);
  for (std::size_t form = 0; form < std::size(forms); ++form) {
    const std::string line = probe("stream", form) + "\n";
    for (const char& byte : line) stream.write({&byte, 1});
  }
  stream.finish();
  node.completed();
}

void run_children(Run& run) {
  const std::vector<std::string> child{"/proc/self/exe", "--child"};
  ProcessSpec lines{.argv = child};
  lines.argv.emplace_back("lines");
  for (std::size_t form = 0; form < std::size(forms); ++form) {
    lines.argv.push_back(probe("argv", form));
  }
  const Ended ended = run_process(run.node("lines"), std::move(lines));
  if (ended.exit_status() != 3) throw std::runtime_error(std::string(ended.text()));
  ProcessSpec result{.argv = child};
  result.argv.emplace_back("result");
  if (!run_process(run.node("result"), std::move(result)).ok()) throw std::runtime_error("result");
}

// A name of a file may be no longer than 255 bytes, and none of the probes is.
void run_what_is_not_there(Run& run) {
  for (std::size_t form = 0; form < std::size(forms); ++form) {
    run_process(run.node("no program"), {.argv = {"/nowhere/" + probe("program", form)}});
    run_process(run.node("no directory"),
                {.argv = {"true"}, .working_directory = "/nowhere/" + probe("directory", form)});
  }
}

int work(char** argv) {
  // Before there are threads, which inherit it.
  sigset_t termination;
  sigemptyset(&termination);
  sigaddset(&termination, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &termination, nullptr);

  Session session = start(argv[1], argv[2], std::string_view(argv[3]) == "knowing");
  auto run = session.run("secrets", {.workflow_id = "w", .organization_id = "o"});
  record_probes(run);
  record_ends(run);
  write_stream(run);
  run_children(run);
  run_what_is_not_there(run);
  // Its lines wait in the journal's directory for the node's end.
  auto node = run.node("tail");
  node.started();
  auto kept = node.stream(Stream::err, {.head_bytes = 0, .tail_bytes = 1 << 20});
  for (std::size_t form = 0; form < std::size(forms); ++form) {
    kept.write(probe("kept", form) + "\n");
  }
  fmt::print("recorded\n");
  std::fflush(stdout);

  int number = 0;
  sigwait(&termination, &number);
  kept.finish();
  node.completed();
  return session.close(60s).kept == 0 && session.stats().dropped == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc > 2 && std::string_view(argv[1]) == "--child")
    return be_probing_child(argc - 2, argv + 2);
  if (argc == 4) return work(argv);
  fmt::print(stderr, "usage: {} ENDPOINT JOURNAL_DIR knowing|unaware\n", argv[0]);
  return 2;
} catch (const std::exception& error) {
  fmt::print(stderr, "the worker failed: {}\n", error.what());
  return 1;
}
