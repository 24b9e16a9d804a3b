// CapturedNode: a node whose life is a child's: STARTED says what is run, each line of output is an
// event, the last event says how it ended. One thread.
#pragma once

#include <stop_token>
#include <string_view>

#include <trace/capture.hpp>
#include <trace/record.hpp>
#include <trace/summary.hpp>

#include "child/json_object.hpp"

namespace trace::child {

class CapturedNode {
 public:
  // `origin` goes to data.origin of the lines.
  CapturedNode(Node node, std::string_view origin, OutputTap tap);

  const Node& node() const noexcept { return node_; }

  void started(const JsonObject& data);
  // Bytes of the child: to the tap, the lines and, for stdout, the summary.
  void output(Stream stream, std::string_view bytes);
  // COMPLETED or FAILED, by the facts; a cancellation is told first. Answers the same facts.
  Ended end(Ended::Facts facts);

 private:
  Node node_;
  OutputTap tap_;
  LineStream out_;
  LineStream err_;
  Summariser summary_;
};

// Joins the three ways to stop a capture: the caller's token, the backend's cancellation of the
// run, and Execution::stop().
class StopRelay {
 public:
  StopRelay(Node& node, std::stop_token caller);
  std::stop_token token() const noexcept { return source_.get_token(); }
  std::stop_source source() const noexcept { return source_; }

 private:
  struct Request {
    std::stop_source source;
    void operator()() const { static_cast<void>(std::stop_source(source).request_stop()); }
  };
  std::stop_source source_;
  std::stop_callback<Request> caller_;
  CancelSubscription backend_;
};

}  // namespace trace::child
