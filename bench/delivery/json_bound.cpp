// SPDX-License-Identifier: Apache-2.0
// The bound of delivery: what it costs to write the JSON of the same events into memory.
#include <string>

#include "delivery/json_writer.hpp"
#include "support/report.hpp"
#include "support/usage.hpp"

namespace {

constexpr std::uint64_t events = 2'000'000;
constexpr std::size_t batch_bytes = std::size_t{1} << 20;

}  // namespace

int main() {
  using namespace trace::bench;
  JsonWriter writer;
  std::string batch(batch_bytes + JsonWriter::longest_event, ' ');
  std::uint64_t bytes = 0;
  const Nanoseconds begin = cpu_time_of_process();
  char* at = batch.data();
  for (std::uint64_t n = 0; n < events; ++n) {
    char* const event = at;
    at = writer.write(at, n + 1, n, static_cast<std::uint32_t>(n % 1'000'000));
    bytes += static_cast<std::uint64_t>(at - event);
    if (at - batch.data() >= static_cast<std::ptrdiff_t>(batch_bytes)) at = batch.data();
  }
  const auto used = static_cast<double>((cpu_time_of_process() - begin).count());
  const Report out("json_bound");
  const Case which = Case().with("event", "the same");
  out.add(which, "cpu_per_event", "µs", used / 1000 / events);
  out.add(which, "bytes_per_event", "B", static_cast<double>(bytes) / events);
}
