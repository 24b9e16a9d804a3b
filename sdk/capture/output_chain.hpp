// SPDX-License-Identifier: Apache-2.0
// OutputChain: the stages from a node's bytes to its events, one file each:
//
//   bytes → redactor → line framer → head and tail → level and stack traces → coalescer → record
//
// Redactor and framer belong to a stream, the rest to the node, so that the order between its
// streams is the order in which they were written. Secrets are removed before lines are cut,
// because a key may have several lines; lines are omitted before their levels are determined. Time
// is passed by the owner. One thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "capture/head_and_tail.hpp"
#include "capture/line_events.hpp"
#include "lines/line_framer.hpp"
#include "secrets/matcher.hpp"
#include "secrets/text_redactor.hpp"

namespace trace::detail::capture {

class OutputChain {
 public:
  // Receives each line and each recorded frame, as a view that is valid during the call.
  using OnLine = std::function<void(const RedactedText& line)>;

  // The bytes of one stream. Refers to the chain.
  class Source final : private lines::LineSink {
   public:
    // `secrets`: null if there are none.
    Source(OutputChain& chain, Stream stream,
           std::shared_ptr<const secrets::Secrets> secrets = nullptr);

    void write(std::string_view bytes, time::Steady::time_point now);
    void tick(time::Steady::time_point now);
    void finish(time::Steady::time_point now);
    // Does not include a held-back start of a secret, which waits for bytes, not for a time.
    time::Steady::time_point next_due() const noexcept { return framer_.next_due(); }
    void on_line(OnLine see) { see_ = std::move(see); }
    // Receives all bytes, without secrets, before they are cut into lines.
    void on_bytes(secrets::StreamRedactor::Sink see) { see_bytes_ = std::move(see); }

    // Totals so far: bytes, complete lines, frames.
    std::uint64_t bytes() const noexcept { return bytes_; }
    std::uint64_t lines() const noexcept { return lines_; }
    std::uint64_t frames() const noexcept { return framer_.frames(); }

   private:
    void pass_on(std::string_view clean_bytes);
    void take(lines::LineKind kind, std::string_view text) override;
    Searched searched(lines::LineKind kind, std::string_view text) noexcept;
    bool may_hold_secrets() const noexcept;
    std::string_view without_secrets(lines::LineKind kind, std::string_view text);
    std::string_view part_without_secrets(lines::LineKind kind, std::string_view text);
    void show(lines::LineKind kind, std::string_view text);

    OutputChain& chain_;
    const Stream stream_;
    const std::shared_ptr<const secrets::Secrets> secrets_;
    std::optional<secrets::StreamRedactor> redactor_;
    const secrets::StreamRedactor::Sink to_framer_;
    lines::LineFramer framer_;
    std::string clean_;
    std::uint64_t version_ = 0;  // of the secrets that the redactor searches for
    bool is_outdated_ = false;   // the current line began with another version
    std::string_view piece_;     // that the framer is cutting, valid meanwhile
    std::uint64_t piece_at_ = 0;
    std::uint64_t taken_end_ = UINT64_MAX;  // of the last lines that were taken as they are
    std::optional<secrets::StreamRedactor> parts_redactor_;  // of the parts of an edited line
    OnLine see_;
    secrets::StreamRedactor::Sink see_bytes_;
    time::Steady::time_point now_{};
    std::uint64_t bytes_ = 0;
    std::uint64_t lines_ = 0;
  };

  OutputChain(EventSink& sink, const CaptureLimits& limits, HeadAndTail::MakeRing make_ring,
              std::chrono::nanoseconds wall)
      : events_(sink), head_and_tail_(limits, std::move(make_ring), wall, events_) {}
  OutputChain(const OutputChain&) = delete;
  OutputChain& operator=(const OutputChain&) = delete;

  // Records events that wait to be joined with more.
  void flush() { events_.coalescer().flush(); }
  void tick(time::Steady::time_point now);
  time::Steady::time_point next_due() const noexcept;
  // All its streams have ended.
  void finish() { head_and_tail_.finish(); }

 private:
  const Source*& last_source(Stream stream) noexcept {
    return last_source_[static_cast<std::size_t>(stream)];
  }

  LineEvents events_;
  HeadAndTail head_and_tail_;
  std::array<const Source*, lines::max_streams> last_source_{};  // of each stream's lines
};

}  // namespace trace::detail::capture
