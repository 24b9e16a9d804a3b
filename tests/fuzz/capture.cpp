// SPDX-License-Identifier: Apache-2.0
// Arbitrary output of a program: in one write or in many, the same events come out; what
// is shown and what is left out are together what there was; a secret never comes through; and time
// that passes in between does no harm.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "capture/output_chain.hpp"
#include "text/utf8.hpp"

namespace {

using namespace trace;

constexpr std::string_view secret = "hunter2-secret";

void require(bool holds) {
  if (!holds) std::abort();
}

struct Kept final : detail::capture::EventSink {
  std::vector<std::string> all;
  std::uint64_t lines = 0;

  void event(const detail::capture::CapturedEvent& event) override {
    require(detail::text::is_valid_utf8(event.message) &&
            detail::text::is_valid_utf8(event.fields));
    require(event.message.size() <= detail::lines::LineFramer::max_line_bytes);
    require(event.message.find(secret) == std::string_view::npos);
    lines += event.lines;
    all.push_back(std::string(name(event.stream)) + std::string(name(event.level)) +
                  std::to_string(event.lines) + (event.continued ? "+" : " ") +
                  (event.progress ? "~" : " ") + (event.is_late ? "late" : "") +
                  std::string(event.message) + std::string(event.fields));
  }
  void omitting(const detail::lines::LineVolume&) override {}
  void omitted(const detail::capture::Omission& omission) override {
    lines += omission.all.lines;
    all.push_back(std::to_string(omission.all.bytes) + omission.sha256);
  }
};

struct Node {
  Node(const CaptureLimits& limits, const std::shared_ptr<const detail::secrets::Secrets>& secrets)
      : chain(
            kept, limits,
            [](std::uint64_t bytes) { return detail::journal::TailRing::in_memory(bytes, {}); },
            std::chrono::nanoseconds(0)),
        source(chain, Stream::err, secrets) {}

  void finish(detail::time::Steady::time_point now) {
    source.finish(now);
    chain.finish();
    require(kept.lines == source.lines());
  }

  Kept kept;
  detail::capture::OutputChain chain;
  detail::capture::OutputChain::Source source;
};

}  // namespace

// The first bytes say the head, the tail, how long a write is and how much time passes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::shared_ptr<const detail::secrets::Secrets> secrets = [] {
    auto known = std::make_shared<detail::secrets::Secrets>();
    known->add(secret);
    return known;
  }();
  if (size < 4) return 0;
  const CaptureLimits limits{.head_bytes = std::uint64_t{data[0]} * 64,
                             .tail_bytes = std::uint64_t{data[1]} * 64};
  std::string_view bytes(reinterpret_cast<const char*>(data) + 4, size - 4);
  const detail::time::Steady::time_point start{std::chrono::hours(1)};

  Node whole(limits, secrets);
  whole.source.write(bytes, start);
  whole.finish(start);

  Node cut(limits, secrets);
  Node timed(limits, secrets);
  detail::time::Steady::time_point now = start;
  std::size_t length = data[2];
  while (!bytes.empty()) {
    length = (length * 31 + 7) % (std::size_t{data[2]} + 2);
    const std::string_view piece = bytes.substr(0, length + 1);
    bytes.remove_prefix(piece.size());
    cut.source.write(piece, start);
    timed.source.write(piece, now);
    now += std::chrono::milliseconds(data[3] * length % 700);
    if (now >= timed.source.next_due()) timed.source.tick(now);
    if (now >= timed.chain.next_due()) timed.chain.tick(now);
    require(timed.source.next_due() > now && timed.chain.next_due() > now);
  }
  cut.finish(start);
  timed.finish(now);
  require(cut.kept.all == whole.kept.all);
  require(cut.source.frames() == whole.source.frames());
  return 0;
}
