// SPDX-License-Identifier: Apache-2.0
// NodeOutput: the captured output of a node: the chain that all its streams share, ending in
// record(). Part of the node's state. Streams may be written from several threads: a mutex admits
// one at a time.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <trace/capture_limits.hpp>
#include <trace/field.hpp>

#include "capture/output_chain.hpp"
#include "session/node_state.hpp"

namespace trace::detail::session {

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
  template <class... F>
  void record_line(const capture::CapturedEvent& event, Field<F>... fields);
  void record_whole(const capture::CapturedEvent& event);

  NodeState& node_;  // which owns this
  std::mutex mutex_;
  const std::string origin_;
  const std::chrono::nanoseconds wall_;  // wall clock minus steady clock
  std::size_t open_streams_ = 0;
  capture::OutputChain chain_;
};

}  // namespace trace::detail::session
