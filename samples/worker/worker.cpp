// SPDX-License-Identifier: Apache-2.0
// A worker that embeds the SDK: two actions of one run, the first in this process, the second in a
// container.
//
//   shiptrace-worker RUN HOSTS     HOSTS: "localhost,example.org", or a file with one name per line
//
// The backend and the journal come from SHIPTRACE_… (docs/configuration.md), the scanner's image
// from SCANNER_IMAGE.
#include <chrono>
#include <exception>

#include "resolve.hpp"
#include "stop.hpp"

// The README quotes this part as it is, and wants it short.
// clang-format off
// [example]
#include <trace/capture.hpp>
#include <trace/trace.hpp>
using namespace std::chrono_literals;

int main(int argc, char** argv) {
  if (argc != 3) { fmt::print(stderr, "usage: {} RUN HOSTS\n", argv[0]); return 2; }
  Stop stop;                                           // SIGINT: user; SIGTERM: shutdown; by sigwait()
  auto session = trace::Session::start(trace::Config::from_env());
  if (!session) {                                      // every wrong field at once
    fmt::print(stderr, "{}\n", session.error().text());
    return 2;
  }
  auto run = session->run(argv[1], {.workflow_id = "wf-1", .organization_id = "org-1", .total_actions = 2});
  run.on_cancel([&] { stop.request(trace::StopReason::user); });   // unregistered by ~Run

  auto node = run.node("resolve-1");                   // left open at scope exit: FAILED, ABANDONED
  auto out = node.stream(trace::Stream::out);          // lines of bytes that we did not spawn
  for (int attempt = 1;; ++attempt) try {
    node.started();
    auto json = resolve(argv[2], stop.token(),
        [&](int done, std::string_view host) {
          node.info("{} resolved", done, trace::field("host", host));
        },
        [&](std::string_view bytes) { out.write(bytes); });
    node.completed(json);                              // summarised
    break;
  } catch (const std::exception& e) {
    if (stop.requested()) { node.stopped(stop.reason()); break; }  // cancelled, or to be retried
    const bool again = attempt < 3;
    node.failed({.message = e.what(), .code = "DNS", .retryable = again, .attempt = attempt});
    if (!again) break;
  }
  auto end = trace::run_container(run.node("scan-1"),  // blocks; start_container() does not
      {.image = scanner_image(), .argv = {"-u", argv[2]}, .env = {"API_KEY"},
       .network = "bridge", .timeout = 10min, .stop = stop.user(), .shutdown = stop.shutdown()});
  if (!end.ok()) fmt::print(stderr, "{}: {}\n", end.code(), end.text());
  auto closed = session->close(5s);                    // losses are also reported as a diagnostic
  if (closed.kept) fmt::print(stderr, "{} events kept in {}\n", closed.kept, closed.journal);
  return closed.lost && end.ok() ? 1 : end.exit_status();
}
// [example end]
// clang-format on
