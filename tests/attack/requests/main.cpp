// A table of attacks: what a web page, a slow client or a malformed request can do to the
// collector.
//   shiptrace_attack_requests [FILTER]
#include "faults/table/table.hpp"

int main(int argc, char** argv) {
  using namespace trace::testing;
  const std::vector<Fault> faults;
  return try_faults(faults, argc > 1 ? argv[1] : "");
}
