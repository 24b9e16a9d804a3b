// SPDX-License-Identifier: Apache-2.0
#include "child/node_capture.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <trace/record.hpp>

#include "child/spawn.hpp"

namespace trace::child {
namespace {

// How long to wait for a slow reader after the program was asked to end.
constexpr std::chrono::seconds patience_after_end{1};

constexpr std::string_view worker_stopped = "WORKER_STOPPED";

bool has(std::string_view line, std::string_view part) { return line.find(part) != line.npos; }

bool begins_key(std::string_view line) {
  return has(line, "-----BEGIN ") && has(line, "PRIVATE KEY");
}

bool ends_key(std::string_view line) { return has(line, "-----END "); }

// A line of base64, or a header such as "Proc-Type: 4,ENCRYPTED".
bool is_within_key(std::string_view line) {
  const std::size_t blank = line.find(' ');
  return blank == line.npos || (blank > 0 && line[blank - 1] == ':');
}

}  // namespace

void StderrTail::add(const RedactedText& line) {
  bytes_ += lines_.emplace_back(line.end(most_bytes).text()).size();
  while (lines_.size() > most_lines || bytes_ > most_bytes) {
    const std::string& first = lines_.front();
    is_in_key_ = begins_key(first) || (is_in_key_ && !ends_key(first) && is_within_key(first));
    bytes_ -= first.size();
    lines_.pop_front();
  }
}

std::string StderrTail::json() const {
  auto line = lines_.begin();
  bool is_in_key = is_in_key_;
  for (; is_in_key && line != lines_.end() && (ends_key(*line) || is_within_key(*line)); ++line) {
    is_in_key = !ends_key(*line);
  }
  std::string out = "[";
  if (line != lines_.begin()) out += json_text("[REDACTED]");
  for (; line != lines_.end(); ++line) {
    if (out.size() > 1) out += ',';
    out += json_text(*line);
  }
  return out + "]";
}

NodeCapture::NodeCapture(CapturedNode& captured, Loop& loop, Options options,
                         const StopTokens& stop)
    : Timed(loop),
      captured_(captured),
      loop_(loop),
      options_(std::move(options)),
      out_(captured_.node.stream(options_.terminal ? Stream::pty : Stream::out, options_.limits,
                                 options_.origin)),
      err_(captured_.node.stream(Stream::err, options_.limits, options_.origin)),
      passing_on_(loop, options_.pass_on,
                  [this](Stream stream) {
                    is_reader_gone_ = true;
                    const bool terminal = options_.terminal && stream == Stream::out;
                    if (on_reader_gone_) on_reader_gone_(terminal ? Stream::pty : stream);
                  }),
      on_stop_(stop.stop, [this] { post_end_request(EndRequest::cancelled); }),
      on_shutdown_(stop.shutdown, [this] { post_end_request(EndRequest::shutdown); }),
      on_kill_(stop.kill, [this] { post_end_request(EndRequest::cancelled, true); }),
      on_cancel_(captured_.node.on_cancel([this] { post_end_request(EndRequest::cancelled); })) {
  out_.on_bytes([this](std::string_view bytes) { summary_.update(bytes); });
  err_.on_line([this](const RedactedText& line) { stderr_tail_.add(line); });
  if (!options_.tap) return;
  tap_ = std::make_unique<Outlet>(
      loop_, Outlet::AtEnd::wait,
      [this](Stream stream, std::string_view bytes) {
        options_.tap(stream, bytes);
        return Outlet::Taken{bytes.size()};
      },
      [this] {
        // A host that cannot consume the output cannot use the program.
        if (!has_ended_) std::rethrow_exception(tap_->outcome().thrown);
      });
}

Steady::time_point NodeCapture::next_due() const {
  return std::min(out_.next_due(), err_.next_due());
}

void NodeCapture::tick(Steady::time_point now) {
  out_.tick(now);
  err_.tick(now);
}

void NodeCapture::started(const CutText& message, const JsonObject& data) {
  start_ = Steady::now();
  const std::string text = data.str();
  captured_.started = true;
  record(node(), {.type = Type::started, .message = message.text(), .data = text});
}

void NodeCapture::output(Stream stream, std::string_view bytes) {
  if (bytes.empty()) return;
  (stream != Stream::err ? out_ : err_).write(bytes, Steady::now());
  if (tap_) tap_->put(stream, bytes);
  passing_on_.put(stream, bytes);
}

bool NodeCapture::may_read(Stream stream) const {
  if (end_request_ != EndRequest::none || reads_on_) return true;
  return !(tap_ && tap_->full()) && !passing_on_.full(stream);
}

bool NodeCapture::run_until(const std::function<bool()>& done) {
  const bool came =
      loop_.run_until([&] { return done() || end_request_ != EndRequest::none; }, deadline());
  if (!came) request_end(EndRequest::timeout);
  return done();
}

Steady::time_point NodeCapture::deadline() const noexcept {
  const auto most = std::chrono::hours(24 * 365 * 100);  // avoids overflow of the clock
  if (options_.timeout <= options_.timeout.zero() || options_.timeout > most) {
    return Steady::time_point::max();
  }
  return start_ + options_.timeout;
}

void NodeCapture::request_end(EndRequest request) {
  if (end_request_ != EndRequest::none) return;
  end_request_ = request;
  if (request == EndRequest::cancelled && !has_ended_) {
    record(node(), {.level = Level::warn, .message = "Run cancelled by user"});
  }
}

// Any thread.
void NodeCapture::post_end_request(EndRequest request, bool at_once) {
  loop_.post([this, request, at_once] {
    at_once_ = at_once_ || at_once;
    request_end(request);
  });
}

Ended::Facts NodeCapture::end_request_facts() const {
  if (end_request_ == EndRequest::none) return {};
  if (end_request_ == EndRequest::cancelled) return {.code = "CANCELLED", .text = "cancelled"};
  if (end_request_ == EndRequest::shutdown) {
    return {.code = std::string(worker_stopped), .text = "the worker was stopped"};
  }
  const auto ms = options_.timeout.count();
  return {.code = "TIMEOUT",
          .text = ms % 1000 == 0 ? fmt::format("timed out after {}s", ms / 1000)
                                 : fmt::format("timed out after {}ms", ms)};
}

Ended NodeCapture::ended(Ended::Facts facts, JsonObject data) {
  facts.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - start_);
  if (tap_) {
    wait_until_taken([this] { return tap_->idle(); });
    if (const auto thrown = tap_->outcome().thrown) std::rethrow_exception(thrown);
  }
  out_.finish();
  err_.finish();
  captured_.end.emplace(facts);
  record_end(facts, std::move(data));
  has_ended_ = true;
  wait_until_taken([this] { return passing_on_.idle(); });
  facts.not_passed_on = passing_on_.missed();
  return Ended(std::move(facts));
}

// After a stop request wait briefly, or not at all.
void NodeCapture::wait_until_taken(const std::function<bool()>& all_taken) {
  if (end_request_ == EndRequest::none) run_until(all_taken);
  if (end_request_ == EndRequest::none || at_once_) return;
  loop_.run_until([&] { return all_taken() || at_once_; }, Steady::now() + patience_after_end);
}

void NodeCapture::record_end(const Ended::Facts& facts, JsonObject data) {
  if (facts.exit_code) data.number("exitCode", *facts.exit_code);
  if (facts.signal) data.number("signal", *facts.signal);
  data.number("durationMs", facts.duration.count());
  if (facts.usage) {
    data.number("cpuUserMs", facts.usage->user.count());
    data.number("cpuSystemMs", facts.usage->system.count());
    data.number("maxRssBytes", facts.usage->max_rss_bytes);
  }
  add_output_facts(data, facts.duration);
  if (facts.code.empty()) {
    const std::string text = data.str();
    const std::string summary = output_ ? *output_ : summary_.finish();
    record(node(), {.type = Type::completed, .output_summary = summary, .data = text});
    captured_.ended = true;
    return;
  }
  if (facts.code == resource_exhausted || facts.code == worker_stopped) {
    data.raw("retryable", "true");
  }
  if (!stderr_tail_.empty()) data.raw("stderrTail", stderr_tail_.json());
  const std::string text = data.str();
  record(node(), {.type = Type::failed,
                  .level = Level::error,
                  .message = facts.text,
                  .error_message = facts.text,
                  .error_code = facts.code,
                  .output_summary = output_,
                  .data = text});
  captured_.ended = true;
}

void NodeCapture::add_output_facts(JsonObject& data, std::chrono::milliseconds duration) const {
  const auto of_streams = [this](std::uint64_t out, std::uint64_t err) {
    JsonObject numbers;
    if (options_.terminal) return numbers.number("pty", out).str();
    return numbers.number("stdout", out).number("stderr", err).str();
  };
  data.raw("lines", of_streams(out_.lines(), err_.lines()));
  data.raw("bytes", of_streams(out_.bytes(), err_.bytes()));
  if (out_.frames() + err_.frames() > 0) {
    data.raw("frames", of_streams(out_.frames(), err_.frames()));
  }
  const std::uint64_t lines = out_.lines() + err_.lines();
  const std::uint64_t bytes = out_.bytes() + err_.bytes();
  if (const auto ms = static_cast<std::uint64_t>(duration.count()); ms > 0 && bytes > 0) {
    data.raw(
        "perSecond",
        JsonObject().number("lines", lines * 1000 / ms).number("bytes", bytes * 1000 / ms).str());
  }
}

void describe_end(Ended::Facts& facts) {
  if (facts.signal) {
    const char* name = ::sigabbrev_np(*facts.signal);
    facts.code = "PROCESS_SIGNAL";
    facts.text = name != nullptr ? fmt::format("killed by SIG{}", name)
                                 : fmt::format("killed by signal {}", *facts.signal);
  } else if (facts.exit_code.value_or(0) != 0) {
    facts.code = "PROCESS_EXIT";
    facts.text = fmt::format("exited with code {}", *facts.exit_code);
  }
}

}  // namespace trace::child
