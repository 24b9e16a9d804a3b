#include "child/node_capture.hpp"

#include <fmt/format.h>
#include <trace/record.hpp>

#include <algorithm>
#include <cstring>

namespace trace::child {

NodeCapture::NodeCapture(Node node, Loop& loop, Options options, const StopTokens& stop)
    : node_(std::move(node)),
      loop_(loop),
      options_(std::move(options)),
      out_(node_.shared_state(), options_.terminal ? Stream::pty : Stream::out, options_.origin,
           options_.limits),
      err_(node_.shared_state(), Stream::err, options_.origin, options_.limits),
      on_stop_(stop.stop, [this] { loop_.post([this] { request_end(EndRequest::cancelled); }); }),
      on_kill_(stop.kill,
               [this] {
                 loop_.post([this] {
                   at_once_ = true;
                   request_end(EndRequest::cancelled);
                 });
               }),
      on_cancel_(
          node_.on_cancel([this] { loop_.post([this] { request_end(EndRequest::cancelled); }); })) {
  out_.on_bytes([this](std::string_view bytes) { summary_.update(bytes); });
  err_.on_line([this](const RedactedText& line) { stderr_tail_.add(line); });
  loop_.set_timed(this);
}

NodeCapture::~NodeCapture() { loop_.set_timed(nullptr); }

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
  record(node_, {.type = Type::started, .message = message.text(), .data = text});
}

void NodeCapture::output(Stream stream, std::string_view bytes) {
  (stream != Stream::err ? out_ : err_).write(bytes, Steady::now());
  if (options_.tap && !bytes.empty()) options_.tap(stream, bytes);
}

bool NodeCapture::run_until(const std::function<bool()>& done) {
  const bool came =
      loop_.run_until([&] { return done() || end_request_ != EndRequest::none; }, deadline());
  if (!came) request_end(EndRequest::timeout);
  return done();
}

Steady::time_point NodeCapture::deadline() const noexcept {
  const auto most = std::chrono::hours(24 * 365 * 100);  // beyond it lies the clock's end
  if (options_.timeout <= options_.timeout.zero() || options_.timeout > most) {
    return Steady::time_point::max();
  }
  return start_ + options_.timeout;
}

void NodeCapture::request_end(EndRequest request) {
  if (end_request_ != EndRequest::none) return;
  end_request_ = request;
  if (request == EndRequest::cancelled) {
    record(node_, {.level = Level::warn, .message = "Run cancelled by user"});
  }
}

std::string NodeCapture::end_request_text() const {
  switch (end_request_) {
    case EndRequest::timeout: {
      const bool whole = options_.timeout.count() % 1000 == 0;
      return whole ? fmt::format("timed out after {}s", options_.timeout.count() / 1000)
                   : fmt::format("timed out after {}ms", options_.timeout.count());
    }
    case EndRequest::cancelled:
      return "cancelled";
    case EndRequest::none:
      break;
  }
  return {};
}

std::string NodeCapture::end_request_code() const {
  if (end_request_ == EndRequest::none) return {};
  return end_request_ == EndRequest::timeout ? "TIMEOUT" : "CANCELLED";
}

Ended NodeCapture::ended(Ended::Facts facts, JsonObject data) {
  out_.finish();
  err_.finish();
  facts.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - start_);
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
    record(node_, {.type = Type::completed, .output_summary = summary, .data = text});
  } else {
    if (!stderr_tail_.empty()) data.raw("stderrTail", stderr_tail_.json());
    const std::string text = data.str();
    record(node_, {.type = Type::failed,
                   .level = Level::error,
                   .message = facts.text,
                   .error_message = facts.text,
                   .error_code = facts.code,
                   .output_summary = output_,
                   .data = text});
  }
  return Ended(std::move(facts));
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

std::string exit_text(int code) { return fmt::format("exited with code {}", code); }

std::string signal_text(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? fmt::format("killed by SIG{}", name)
                         : fmt::format("killed by signal {}", signal);
}

}  // namespace trace::child
