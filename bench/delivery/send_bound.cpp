// SPDX-License-Identifier: Apache-2.0
// The machine's own cost of delivering the same JSON: written into one buffer and sent from there
// to the counting sink with send(), batch after batch over one connection. No journal, no threads,
// no HTTP library; nothing that this leaves out can be had for less.
#include <stdexcept>
#include <string>

#include "delivery/counted.hpp"
#include "delivery/json_writer.hpp"
#include "support/report.hpp"
#include "support/requests.hpp"
#include "support/usage.hpp"

namespace trace::bench {
namespace {

constexpr std::uint64_t events = 2'000'000;
constexpr std::size_t batch_bytes = std::size_t{1} << 20;

void measure() {
  Server sink({SHIPTRACE_BENCH_COUNTING_SINK, "identity"});
  Requests connection(sink.url());
  JsonWriter writer;
  std::string batch = fmt::format(R"({{"runId":"{}","events":[)", run_id);
  const std::size_t start = batch.size();
  batch.resize(start + batch_bytes + JsonWriter::longest_event);
  const Nanoseconds begin = cpu_time_of_process();
  char* at = batch.data() + start;
  for (std::uint64_t n = 0; n < events; ++n) {
    at = writer.write(at, n + 1, n, static_cast<std::uint32_t>(n % 1'000'000));
    const auto written = static_cast<std::size_t>(at - batch.data());
    if (written < start + batch_bytes && n + 1 < events) continue;
    constexpr std::string_view end = "]}\n";
    std::memcpy(at - 1, end.data(), end.size());  // instead of the last comma
    connection.post({batch.data(), written - 1 + end.size()});
    at = batch.data() + start;
  }
  const auto used = static_cast<double>((cpu_time_of_process() - begin).count());
  if (counted_by(sink).events != events) throw std::runtime_error("the sink misses events");
  Report("send_bound")
      .add(Case().with("event", "the same"), "cpu_per_event", "µs", used / 1000 / events);
}

}  // namespace
}  // namespace trace::bench

int main() try { trace::bench::measure(); } catch (const std::exception& failure) {
  fmt::print(stderr, "send_bound: {}\n", failure.what());
  return 1;
}
