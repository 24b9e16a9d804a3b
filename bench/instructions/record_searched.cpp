// SPDX-License-Identifier: Apache-2.0
// The hot path with ten secrets, as record.cpp without: record() searches the text, which contains
// none of them.
//
//   shiptrace_bench_count_record_searched --events N
#include <fmt/format.h>
#include <trace/trace.hpp>

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
  add_secrets(*session, 10);
  const trace::Node node = session->run(run_id).node(node_id);
  for (std::uint64_t n = 0; n < events; ++n) {
    trace::record(node, trace::Type::progress, trace::Level::info, "{} {}", n, text);
  }
  session->close(std::chrono::milliseconds(0));
}
