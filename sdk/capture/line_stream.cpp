// LineStream: the lines of a stream as events of its node.
#include <trace/record.hpp>
#include <trace/session.hpp>

#include "capture/line_framer.hpp"
#include "session/borrowed_node.hpp"

namespace trace {

struct LineStream::State {
  State(std::shared_ptr<detail::NodeState> owner, Stream of, std::string_view from)
      : node(std::move(owner)),
        stream(of),
        origin(from),
        framer([this](const detail::Line& line) { record_line(line); }) {}

  void record_line(const detail::Line& line) {
    const Level level = stream == Stream::err ? Level::warn : Level::info;
    if (see) see(line.text);
    if (line.continued) {
      record(node.node(), Type::progress, level, field("stream", name(stream)),
             field("origin", origin), field("continued", true), "{}", line.text);
      return;
    }
    record(node.node(), Type::progress, level, field("stream", name(stream)),
           field("origin", origin), "{}", line.text);
    ++lines;
  }

  detail::BorrowedNode node;
  Stream stream;
  std::string origin;
  std::function<void(std::string_view)> see;
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
  detail::LineFramer framer;
};

LineStream::LineStream(std::shared_ptr<detail::NodeState> node, Stream stream,
                       std::string_view origin)
    : state_(std::make_unique<State>(std::move(node), stream, origin)) {}

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
  state_->bytes += bytes.size();
  state_->framer.write(bytes);
}

void LineStream::finish() { state_->framer.finish(); }

void LineStream::on_line(std::function<void(std::string_view line)> see) {
  state_->see = std::move(see);
}

std::uint64_t LineStream::lines() const noexcept { return state_->lines; }
std::uint64_t LineStream::bytes() const noexcept { return state_->bytes; }

}  // namespace trace
