// SPDX-License-Identifier: Apache-2.0
// Uses the contract alone: no session, no transport.
#include <cstdio>

#include <trace/event.hpp>

int main() {
  const auto refused = trace::parse_event(R"({"id":"1","runId":"r"})");
  if (refused) return 1;
  std::puts(refused.error().text().c_str());
  return 0;
}
