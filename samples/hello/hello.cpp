// SPDX-License-Identifier: Apache-2.0
// The smallest worker: one run with one action. README.md quotes the part below.
//
// The backend comes from SHIPTRACE_ENDPOINT; without it, it is http://127.0.0.1:8400.

// clang-format off
// [example]
#include <trace/trace.hpp>

int main() {
  auto session = trace::Session::start(trace::Config::from_env());
  if (!session) return 2;                       // session.error() lists every wrong setting
  auto run = session->run("run-1");
  auto node = run.node("hello");
  node.started();
  trace::record(node, trace::Type::progress, trace::Level::info, "{} of {} done", 1, 2);
  node.completed(R"({"done": 2})");
  run.finish();                                 // no more nodes: the run is COMPLETED
  return session->close(std::chrono::seconds(5)).lost == 0 ? 0 : 1;
}
// [example end]
