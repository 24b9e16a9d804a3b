#include "child/captured_node.hpp"

#include <utility>

namespace trace::child {

CapturedNode::CapturedNode(Node node, std::string_view origin, OutputTap tap)
    : node_(std::move(node)),
      tap_(std::move(tap)),
      out_(node_.shared_state(), Stream::out, origin),
      err_(node_.shared_state(), Stream::err, origin) {}

void CapturedNode::started(const JsonObject& data) {
  const std::string text = data.text();
  record(node_, {.type = Type::started, .data = text});
}

void CapturedNode::output(Stream stream, std::string_view bytes) {
  if (tap_) tap_(stream, bytes);
  (stream == Stream::out ? out_ : err_).write(bytes);
  if (stream == Stream::out) summary_.update(bytes);
}

Ended CapturedNode::end(Ended::Facts facts) {
  out_.finish();
  err_.finish();
  if (facts.code == "CANCELLED") {
    record(node_, {.level = Level::warn, .message = "Run cancelled by user"});
  }
  JsonObject data;
  if (facts.exit_code) data.add("exitCode", *facts.exit_code);
  if (facts.signal) data.add("signal", *facts.signal);
  data.add("durationMs", facts.duration.count());
  const auto counts = [](std::uint64_t out, std::uint64_t err) {
    return JsonObject()
        .add("stdout", static_cast<std::int64_t>(out))
        .add("stderr", static_cast<std::int64_t>(err));
  };
  data.add("lines", counts(out_.lines(), err_.lines()));
  data.add("bytes", counts(out_.bytes(), err_.bytes()));
  const std::string text = data.text();
  if (facts.code.empty()) {
    const std::string summary = summary_.finish();
    record(node_, {.type = Type::completed, .output_summary = summary, .data = text});
  } else {
    record(node_, {.type = Type::failed,
                   .level = Level::error,
                   .message = facts.text,
                   .error_message = facts.text,
                   .error_code = facts.code,
                   .data = text});
  }
  return Ended(std::move(facts));
}

StopRelay::StopRelay(Node& node, std::stop_token caller)
    : caller_(std::move(caller), Request{source_}), backend_(node.on_cancel(Request{source_})) {}

}  // namespace trace::child
