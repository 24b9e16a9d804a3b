// SPDX-License-Identifier: Apache-2.0
// The event of record.cpp by Node::info(), which takes the same fast path: for counting its
// instructions, in a program of its own, because a second call with the same types would change how
// the compiler inlines both.
//
//   shiptrace_bench_count_record_verb [--events N]
#include <fmt/format.h>
#include <trace/trace.hpp>

#include "instructions/events_option.hpp"
#include "instructions/silent_transport.hpp"
#include "record/event.hpp"

int main(int argc, char** argv) {
  using namespace trace::bench;
  const std::uint64_t events = events_option(argc, argv);
  auto session = silent_session();
  if (!session) {
    fmt::print(stderr, "{}\n", session.error().text());
    return 1;
  }
  const trace::Node node = session->run(run_id).node(node_id);
  for (std::uint64_t n = 0; n < events; ++n) node.info("{} {}", n, text);
  session->close(std::chrono::milliseconds(0));
}
