// SPDX-License-Identifier: Apache-2.0
// LineStream: turns the bytes of a stream into events of its node. NodeOutput is the chain that all
// streams of the node share, and records what the chain produces.
#include <trace/record.hpp>
#include <trace/session.hpp>

#include <fmt/format.h>

#include <cassert>
#include <mutex>
#include <new>
#include <optional>

#include "capture/output_chain.hpp"
#include "contract/timestamp.hpp"
#include "journal/tail_format.hpp"
#include "secrets/event_redactor.hpp"
#include "session/core.hpp"
#include "session/inheritance.hpp"
#include "text/utf8.hpp"

namespace trace {
namespace detail::session {

// The captured output of a node: the chain that all its streams share, ending in record(). Part of
// the node's state. Streams may be written from several threads: a mutex admits one at a time.
class NodeOutput final : private capture::EventSink {
 public:
  // The node's instance; its first stream sets the limits and the origin.
  static NodeOutput& of(NodeState& node, std::string_view origin, const CaptureLimits& limits);
  NodeOutput(NodeState& node, std::string_view origin, const CaptureLimits& limits);

  // Locks the chain.
  class Use {
   public:
    explicit Use(NodeOutput& output) : output_(output), lock_(output.mutex_) {}
    capture::OutputChain& chain() noexcept { return output_.chain_; }
    // Counts open streams: the end of the last one is the end of the output.
    void begin_stream() noexcept { ++output_.open_streams_; }
    void end_stream() {
      if (--output_.open_streams_ == 0) output_.chain_.finish();
    }

   private:
    NodeOutput& output_;
    const std::lock_guard<std::mutex> lock_;
  };

 private:
  void event(const capture::CapturedEvent& event) override;
  void omitting(const lines::LineVolume& so_far) override;
  void omitted(const capture::Omission& omission) override;
  std::unique_ptr<journal::TailRing> make_ring(std::uint64_t text_bytes);
  const std::string& origin(std::uint64_t version);
  template <class... F>
  void record_line(const capture::CapturedEvent& event, Field<F>... fields);
  void record_whole(const capture::CapturedEvent& event);

  NodeState& node_;  // which owns this
  std::mutex mutex_;
  const std::string given_origin_;  // may contain secrets
  std::uint64_t origin_searched_;   // the version that was current before the search of origin_
  std::string origin_;              // see clean_origin()
  const std::chrono::nanoseconds wall_;  // wall clock minus steady clock
  std::size_t open_streams_ = 0;
  capture::OutputChain chain_;
};

namespace {

std::chrono::nanoseconds wall_ahead() {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(wall) -
         std::chrono::duration_cast<std::chrono::nanoseconds>(
             time::Steady::now().time_since_epoch());
}

// The beginning of `given` that fits into the header of a tail, so that live and recovered events
// have the same origin. Secrets and tokens are removed before the cut: a part of one would not be
// recognised later. By the secrets of this process: in a child of fork(), those of an inherited
// node's own session may be locked by a thread that the child does not have.
std::string clean_origin(NodeState& node, std::string_view given) {
  secrets::EventRedactor redactor(redaction_of(&node));
  redactor.refresh();
  return std::string(text::trimmed_utf8(redactor.cleaned(given), journal::max_origin_bytes));
}

}  // namespace

NodeOutput& NodeOutput::of(NodeState& node, std::string_view origin, const CaptureLimits& limits) {
  std::call_once(node.output_made,
                 [&] { node.output = std::make_shared<NodeOutput>(node, origin, limits); });
  return *node.output;
}

NodeOutput::NodeOutput(NodeState& node, std::string_view origin, const CaptureLimits& limits)
    : node_(node),
      given_origin_(origin),
      origin_searched_(node.core->secrets().version()),
      origin_(clean_origin(node, origin)),
      wall_(wall_ahead()),
      chain_(
          *this, limits, [this](std::uint64_t text_bytes) { return make_ring(text_bytes); },
          wall_) {}

std::unique_ptr<journal::TailRing> NodeOutput::make_ring(std::uint64_t text_bytes) {
  const std::uint32_t run = node_.run != nullptr ? node_.run->number : 0;
  try {
    const std::string& clean = origin(node_.core->secrets().version());
    return node_.core->make_tail(text_bytes, {.run = run, .node = node_.id, .origin = clean});
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

// Without the secrets of at least that Secrets::version().
const std::string& NodeOutput::origin(std::uint64_t version) {
  if (origin_searched_ != version) {
    origin_ = clean_origin(node_, given_origin_);
    origin_searched_ = version;
  }
  return origin_;
}

void NodeOutput::event(const capture::CapturedEvent& event) {
  if (event.is_late || event.progress || (event.continued && !event.fields.empty())) {
    record_whole(event);
  } else if (event.continued) {
    record_line(event, field("continued", true));
  } else if (!event.fields.empty()) {
    record_line(event, field("fields", Json{event.fields}));
  } else if (event.lines > 1) {
    record_line(event, field("lines", event.lines));
  } else {
    record_line(event);
  }
}

template <class... F>
void NodeOutput::record_line(const capture::CapturedEvent& event, Field<F>... fields) {
  const std::string_view stream = name(event.stream);
  Field<std::string_view> of_stream = field("stream", stream);
  const std::uint64_t version = node_.core->secrets().version();
  Field<std::string> of_origin = field("origin", origin(version));
  const auto all = std::tie(of_stream, of_origin, fields...);
  if (event.searched == version) {
    record_fields<Texts::redacted>(&node_, Type::progress, event.level, "{}", all, event.message);
  } else {
    record_fields<Texts::raw>(&node_, Type::progress, event.level, "{}", all, event.message);
  }
}

// For rare kinds of events.
void NodeOutput::record_whole(const capture::CapturedEvent& event) {
  const std::string data = capture::data_of(event, origin(node_.core->secrets().version()));
  std::string timestamp;
  if (event.is_late)
    contract::append_timestamp(timestamp, (event.at.time_since_epoch() + wall_).count());
  EventBody body{.level = event.level, .message = event.message, .data = data};
  if (event.is_late) body.timestamp = timestamp;
  record(&node_, body);
}

void NodeOutput::omitting(const lines::LineVolume& so_far) {
  const std::string data =
      fmt::format(R"({{"omitting":{{"lines":{},"bytes":{}}}}})", so_far.lines, so_far.bytes);
  const std::string text = capture::text_of(so_far) + " so far";
  record(&node_, {.message = text, .data = data});
}

void NodeOutput::omitted(const capture::Omission& omission) {
  const std::string data = capture::data_of(omission);
  const std::string text = capture::text_of(omission.all);
  record(&node_, {.message = text, .data = data});
}

}  // namespace detail::session

using namespace detail::session;

struct LineStream::State {
  // Consumers truncate only longer lines.
  static constexpr std::size_t longest_uncut = 1024;

  State(std::shared_ptr<NodeState> of, Stream stream, const CaptureLimits& limits,
        std::string_view origin)
      : node(std::move(of)),
        output(NodeOutput::of(*node, origin, limits)),
        source(chain(), stream, redaction_of(node.get()).secrets) {
    use().begin_stream();
  }

  NodeOutput::Use use() { return NodeOutput::Use(output); }
  detail::capture::OutputChain& chain() { return use().chain(); }

  void write(NodeOutput::Use& use, std::string_view bytes, detail::time::Steady::time_point now) {
    if (has_ended) use.begin_stream();
    has_ended = false;
    source.write(bytes, now);
  }

  // Known secrets are already removed; a token that is cut would not be recognised later.
  void show(const RedactedText& line, const std::function<void(const RedactedText&)>& see) {
    if (line.text().size() <= longest_uncut) return see(line);
    if (!redactor) redactor.emplace(redaction_of(node.get()));
    redactor->refresh();
    see(detail::secrets::RedactedTexts::of(redactor->cleaned(line.text())));
  }

  const std::shared_ptr<NodeState> node;
  NodeOutput& output;
  detail::capture::OutputChain::Source source;
  std::optional<detail::secrets::EventRedactor> redactor;  // for long lines passed to on_line()
  bool has_ended = false;
};

LineStream Node::stream(Stream stream, const CaptureLimits& limits, std::string_view origin) {
  assert(state_ != nullptr);
  return LineStream(std::make_unique<LineStream::State>(
      state_ ? state_->state->shared_from_this() : nullptr, stream, limits, origin));
}

LineStream::LineStream(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
LineStream::LineStream(LineStream&&) noexcept = default;

LineStream& LineStream::operator=(LineStream&& other) noexcept {
  if (this != &other) {
    if (state_) finish();
    state_ = std::move(other.state_);
  }
  return *this;
}

LineStream::~LineStream() {
  if (state_) finish();
}

void LineStream::write(std::string_view bytes) {
  auto use = state_->use();
  state_->write(use, bytes, detail::time::Steady::now());
  use.chain().flush();
}

void LineStream::write(std::string_view bytes, std::chrono::steady_clock::time_point now) {
  auto use = state_->use();
  state_->write(use, bytes, now);
}

void LineStream::tick(std::chrono::steady_clock::time_point now) {
  auto use = state_->use();
  state_->source.tick(now);
  use.chain().tick(now);
}

std::chrono::steady_clock::time_point LineStream::next_due() const noexcept {
  return std::min(state_->source.next_due(), state_->use().chain().next_due());
}

void LineStream::finish() {
  auto use = state_->use();
  if (state_->has_ended) return;
  state_->has_ended = true;
  state_->source.finish(detail::time::Steady::now());
  use.chain().flush();
  use.end_stream();
}

void LineStream::on_line(std::function<void(const RedactedText& line)> see) {
  state_->source.on_line([state = state_.get(), see = std::move(see)](const RedactedText& line) {
    state->show(line, see);
  });
}

void LineStream::on_bytes(std::function<void(std::string_view bytes)> see) {
  state_->source.on_bytes(std::move(see));
}

std::uint64_t LineStream::lines() const noexcept { return state_->source.lines(); }
std::uint64_t LineStream::bytes() const noexcept { return state_->source.bytes(); }
std::uint64_t LineStream::frames() const noexcept { return state_->source.frames(); }

}  // namespace trace
