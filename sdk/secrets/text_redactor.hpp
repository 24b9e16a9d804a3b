// SPDX-License-Identifier: Apache-2.0
// TextRedactor: the state of the redaction of one text. Whole texts (Matcher) and streams
// (StreamRedactor) are both redacted by this algorithm:
//
//   1. Skip parts without a candidate; read the rest byte by byte with the automaton.
//   2. Where a form ends, note the part of the text that it covers, joined with its neighbours.
//   3. Everything before the longest partial match is settled: pass it on, with "[REDACTED]"
//      for the noted parts.
//   4. Hold back the rest until more is known.
//
// The output depends on the bytes alone, not on how they are split. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "secrets/matcher.hpp"
#include "secrets/secrets.hpp"
#include "secrets/walk.hpp"

namespace trace::detail::secrets {

// The held-back bytes of a stream and the following ones, as one text.
struct Pieces {
  std::string_view kept;
  std::string_view fresh;
  TextBefore in_front = {};

  const TextBefore& before() const noexcept { return in_front; }
  std::size_t size() const noexcept { return kept.size() + fresh.size(); }
  char operator[](std::size_t at) const noexcept {
    return at < kept.size() ? kept[at] : fresh[at - kept.size()];
  }
  template <class Sink>
  void pass(std::size_t from, std::size_t to, Sink& sink) const {
    if (from < kept.size()) sink(kept.substr(from, std::min(to, kept.size()) - from));
    if (to <= kept.size()) return;
    from = std::max(from, kept.size()) - kept.size();
    sink(fresh.substr(from, to - kept.size() - from));
  }
};

class TextRedactor {
 public:
  // Reads to the text's end and passes on settled parts; sink(std::string_view), never empty.
  template <class Sink>
  void read(const Matcher& matcher, const Pieces& text, Sink& sink) {
    while (read_ < text.size()) {
      if (walk_.is_idle() && read_ >= text.kept.size()) {
        read_from_candidate(matcher, text, sink);
      } else {
        read_byte(matcher, text, sink);
        if (is_worth_nothing(matcher, text.kept.size())) read_again(matcher);
      }
    }
    settle(under_way(matcher, text), text, sink);
  }

  // The text ends here: passes on the rest.
  template <class Sink>
  void finish(const Pieces& text, Sink& sink) {
    settle(text.size(), text, sink);
  }

  // Where the longest form begins that is under way. The text before it is settled after
  // read(), and not needed any more.
  std::size_t under_way(const Matcher& matcher, const Pieces& text) const noexcept {
    return walk_.begin_of_under_way(matcher.automaton(), text, read_);
  }
  // Drops the first `bytes` bytes of the text; returns the context before the rest.
  TextBefore forget(const Pieces& text, std::size_t bytes) noexcept {
    read_ -= bytes;
    settled_ -= bytes;
    for (std::size_t i = 0; i < noted_; ++i) {
      parts_[i].begin -= bytes;
      parts_[i].end -= bytes;
    }
    if (bytes == 0) return text.before();
    return {wrapped_line_before(text, bytes), byte_before(text, bytes)};
  }
  // The next read() starts at the text's beginning, with a matcher that contains more secrets.
  void start_again() noexcept {
    walk_ = {};
    read_ = 0;
    noted_ = 0;
  }

 private:
  struct Part {
    std::size_t begin;
    std::size_t end;
  };
  // Matched parts within a longer partial match. If there are more, the text between the last ones
  // is replaced as well.
  static constexpr std::size_t most_parts = 64;

  template <class Sink>
  void read_from_candidate(const Matcher& matcher, const Pieces& text, Sink& sink) {
    const std::size_t kept = text.kept.size();
    const Candidates::Place place = matcher.candidates().next(text.fresh, read_ - kept);
    read_ = kept + place.begin;
    while (read_ < text.size()) {
      read_byte(matcher, text, sink);
      if (read_ <= kept + place.seen) continue;
      if (walk_.is_idle()) return;
      if (is_worth_nothing(matcher, kept + place.seen + 1)) return read_again(matcher);
    }
  }

  // Partial matches that began before `first` have failed, and later ones are short: most text is
  // full of first bytes of some form.
  bool is_worth_nothing(const Matcher& matcher, std::size_t first) const noexcept {
    const FormLength length = walk_.under_way(matcher.automaton());
    return !length.is_irregular && length.symbols <= matcher.candidates().window() &&
           read_ - length.symbols >= first && walk_.is_in_step();
  }

  // Goes back to the beginning of the partial match.
  void read_again(const Matcher& matcher) noexcept {
    read_ -= walk_.under_way(matcher.automaton()).symbols;
    walk_ = {};
    while (noted_ > 0 && parts_[noted_ - 1].begin >= read_) --noted_;  // will be noted again
  }

  template <class Sink>
  void read_byte(const Matcher& matcher, const Pieces& text, Sink& sink) {
    walk_.read(matcher.automaton(), text, read_++);
    if (!walk_.has_match(matcher.automaton())) return;
    walk_.for_each_match(matcher.automaton(), text, read_, [&](std::size_t begin) { note(begin); });
    settle(under_way(matcher, text), text, sink);
    if (noted_ <= most_parts) return;
    --noted_;
    parts_[noted_ - 1].end = parts_[noted_].end;
  }

  void note(std::size_t begin) noexcept {
    std::size_t end = read_;
    while (noted_ > 0 && parts_[noted_ - 1].end >= begin) {
      const Part& last = parts_[--noted_];
      begin = std::min(begin, last.begin);
      end = std::max(end, last.end);  // noted before read_again()
    }
    parts_[noted_++] = {begin, end};
  }

  // Passes on the text before `to`, and replaces what is noted up to there: no form that
  // is still to be found begins before it.
  template <class Sink>
  void settle(std::size_t to, const Pieces& text, Sink& sink) {
    std::size_t done = 0;
    for (; done < noted_ && parts_[done].begin <= to; ++done) {
      pass(parts_[done].begin, text, sink);
      if (!replaced_last_) sink(replacement);
      replaced_last_ = true;
      settled_ = std::max(settled_, parts_[done].end);
    }
    std::copy(parts_.begin() + done, parts_.begin() + noted_, parts_.begin());
    noted_ -= done;
    pass(to, text, sink);
  }

  template <class Sink>
  void pass(std::size_t to, const Pieces& text, Sink& sink) {
    if (to <= settled_) return;
    text.pass(settled_, to, sink);
    settled_ = to;
    replaced_last_ = false;
  }

  Walk walk_;
  std::size_t read_ = 0;
  std::size_t settled_ = 0;  // passed on or replaced
  bool replaced_last_ = false;
  std::size_t noted_ = 0;
  std::array<Part, most_parts + 1> parts_;
};

// Removes secrets from a stream of bytes that arrives in pieces, before it is cut into lines: the
// first stage of capture. One thread at a time.
//
// write() passes on all settled bytes and holds back only the longest suffix that could be the
// beginning of a form of a secret: at most `Secrets::longest_kept()` bytes, usually none or a few.
// There is nothing to flush when a stream pauses: the held-back bytes must not be shown before it
// is known that they are not a secret.
//
// Secrets that are added while the stream runs are found from the next write() on, also in the
// held-back bytes.
class StreamRedactor {
 public:
  // Receives bytes; never none. Valid during the call.
  using Sink = std::function<void(std::string_view bytes)>;

  explicit StreamRedactor(std::shared_ptr<const Secrets> secrets) : secrets_(std::move(secrets)) {}

  void write(std::string_view bytes, const Sink& sink);
  // End of the stream: passes on the held-back bytes. A new stream may begin.
  void finish(const Sink& sink);

  // Number of held-back bytes.
  std::size_t kept() const noexcept { return kept_.size(); }

 private:
  void follow_secrets();

  const std::shared_ptr<const Secrets> secrets_;
  std::shared_ptr<const Matcher> matcher_;
  TextRedactor redactor_;
  std::string kept_;
  TextBefore before_;  // context before kept_
};

}  // namespace trace::detail::secrets
