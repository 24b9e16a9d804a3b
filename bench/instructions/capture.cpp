// SPDX-License-Identifier: Apache-2.0
// The chain of a captured stream with a fixed amount of work, for counting instructions: lines of
// 100 bytes, 1,280 at a time as from a full pipe, become events that are not recorded. Ten secrets
// are looked for.
//
//   shiptrace_bench_count_capture --events N      so many lines
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "capture/output_chain.hpp"
#include "instructions/events_option.hpp"

namespace {

constexpr std::uint64_t lines_of_a_read = 1280;

class CountingSink final : public trace::detail::capture::EventSink {
 public:
  void event(const trace::detail::capture::CapturedEvent& event) override { lines += event.lines; }
  void omitting(const trace::detail::lines::LineVolume&) override {}
  void omitted(const trace::detail::capture::Omission&) override {}

  std::uint64_t lines = 0;
};

}  // namespace

int main(int argc, char** argv) {
  using namespace trace;
  const std::uint64_t lines = bench::events_option(argc, argv);
  const auto secrets = std::make_shared<detail::secrets::Secrets>();
  for (int i = 0; i < 10; ++i) secrets->add(fmt::format("kQ7{:02}vZ-of-a-longer-secret", i * 7));
  CountingSink sink;
  detail::capture::OutputChain chain(
      sink, {.head_bytes = CaptureLimits::unlimited}, [](std::uint64_t) { return nullptr; },
      std::chrono::nanoseconds(0));
  detail::capture::OutputChain::Source source(chain, Stream::out, secrets);

  std::string text;
  for (std::uint64_t i = 0; i < lines_of_a_read; ++i) {
    text += fmt::format("probe {:012} of host-7.example.net: port 8443 is open,", i);
    text += " and this is what its banner has to say\n";
  }
  const std::size_t line_bytes = text.size() / lines_of_a_read;
  auto now = detail::time::Steady::time_point() + std::chrono::hours(1);
  for (std::uint64_t done = 0; done < lines; now += std::chrono::microseconds(100)) {
    const std::uint64_t some = std::min(lines - done, lines_of_a_read);
    source.write(std::string_view(text).substr(0, some * line_bytes), now);
    done += some;
  }
  source.finish(now);
  chain.flush();
  return sink.lines == lines ? 0 : 1;
}
