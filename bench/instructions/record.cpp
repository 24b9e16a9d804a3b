// SPDX-License-Identifier: Apache-2.0
// The hot path with a fixed amount of work, for counting instructions: record(), while the backend
// accepts nothing.
//
//   shiptrace_bench_count_record [--secrets COUNT] [--events N]
//
// With secrets, record() searches the text, which contains none of them.
#include <fmt/format.h>
#include <trace/trace.hpp>

#include <cstdlib>
#include <cstring>

#include "instructions/events_option.hpp"
#include "instructions/silent_transport.hpp"
#include "record/event.hpp"
#include "support/add_secrets.hpp"

int main(int argc, char** argv) {
  using namespace trace::bench;
  const std::uint64_t events = events_option(argc, argv);
  auto session = silent_session();
  if (!session) {
    fmt::print(stderr, "{}\n", session.error().text());
    return 1;
  }
  if (argc >= 3 && std::strcmp(argv[1], "--secrets") == 0) {
    add_secrets(*session, std::strtoull(argv[2], nullptr, 10));
  }
  const trace::Node node = session->run(run_id).node(node_id);
  for (std::uint64_t n = 0; n < events; ++n) {
    trace::record(node, trace::Type::progress, trace::Level::info, "{} {}", n, text);
  }
  session->close(std::chrono::milliseconds(0));
}
