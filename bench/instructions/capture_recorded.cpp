// SPDX-License-Identifier: Apache-2.0
// A captured stream up to the journal with a fixed amount of work, for counting instructions: lines
// of 100 bytes at a high rate, searched for ten secrets, while the backend accepts nothing.
//
//   shiptrace_bench_count_capture_recorded --events N      so many lines
#include <fmt/format.h>
#include <trace/trace.hpp>

#include <chrono>

#include "instructions/events_option.hpp"
#include "instructions/silent_transport.hpp"

int main(int argc, char** argv) {
  const std::uint64_t lines = trace::bench::events_option(argc, argv);
  auto session = trace::bench::silent_session();
  if (!session) {
    fmt::print(stderr, "{}\n", session.error().text());
    return 1;
  }
  for (int i = 0; i < 10; ++i) {
    session->add_secret(fmt::format("kQ7{:02}vZ-of-a-longer-secret", i * 7));
  }
  trace::Node node = session->run("run").node("node");
  auto out = node.stream(trace::Stream::out, {.head_bytes = trace::CaptureLimits::unlimited});

  constexpr std::uint64_t lines_of_a_read = 1280;
  std::string text;
  for (std::uint64_t i = 0; i < lines_of_a_read; ++i) {
    text += fmt::format("probe {:012} of host-7.example.net: port 8443 is open,", i);
    text += " and this is what its banner has to say\n";
  }
  const std::size_t line_bytes = text.size() / lines_of_a_read;
  auto now = std::chrono::steady_clock::time_point() + std::chrono::hours(1);
  for (std::uint64_t done = 0; done < lines; now += std::chrono::microseconds(100)) {
    const std::uint64_t some = std::min(lines - done, lines_of_a_read);
    out.write(std::string_view(text).substr(0, some * line_bytes), now);
    done += some;
  }
  out.finish();
  session->close(std::chrono::milliseconds(0));
}
