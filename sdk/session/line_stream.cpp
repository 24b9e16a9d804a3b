// SPDX-License-Identifier: Apache-2.0
// LineStream: turns the bytes of a stream into events of its node.
#include <trace/session.hpp>

#include <optional>

#include "secrets/matcher.hpp"
#include "session/inheritance.hpp"
#include "session/node_output.hpp"

namespace trace {
namespace {

// Consumers truncate only longer lines.
constexpr std::size_t longest_uncut = 1024;

}  // namespace

struct LineStream::State {
  State(std::shared_ptr<detail::session::NodeState> of, Stream stream, const CaptureLimits& limits,
        std::string_view origin)
      : node(std::move(of)),
        output(detail::session::NodeOutput::of(*node, origin, limits)),
        source(chain(), stream, detail::session::redaction_of(node.get()).secrets) {
    use().begin_stream();
  }

  detail::session::NodeOutput::Use use() { return detail::session::NodeOutput::Use(output); }
  detail::capture::OutputChain& chain() { return use().chain(); }

  void write(detail::session::NodeOutput::Use& use, std::string_view bytes,
             detail::time::Steady::time_point now) {
    if (has_ended) use.begin_stream();
    has_ended = false;
    source.write(bytes, now);
  }

  // Known secrets are already removed; a token that is cut would not be recognised later.
  void show(const RedactedText& line, const std::function<void(const RedactedText&)>& see) {
    if (line.text().size() <= longest_uncut) return see(line);
    if (!redactor) redactor.emplace(detail::session::redaction_of(node.get()));
    redactor->refresh();
    see(detail::secrets::RedactedTexts::of(redactor->cleaned(line.text())));
  }

  const std::shared_ptr<detail::session::NodeState> node;
  detail::session::NodeOutput& output;
  detail::capture::OutputChain::Source source;
  std::optional<detail::secrets::EventRedactor> redactor;  // for long lines passed to on_line()
  bool has_ended = false;
};

LineStream Node::stream(Stream stream, const CaptureLimits& limits, std::string_view origin) {
  return LineStream(std::make_unique<LineStream::State>(
      std::static_pointer_cast<detail::session::NodeState>(state_), stream, limits, origin));
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
