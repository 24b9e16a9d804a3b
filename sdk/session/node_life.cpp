// SPDX-License-Identifier: Apache-2.0
// The events of a node's life: its starts, its ends, and what is recorded when its handle is
// destroyed before its end.
#include <fmt/format.h>

#include <array>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include <trace/record.hpp>
#include <trace/session.hpp>
#include <trace/summary.hpp>

#include "session/core.hpp"
#include "session/exception_text.hpp"
#include "session/inheritance.hpp"

namespace trace {

using detail::session::NodeState;

namespace {

std::optional<std::string_view> unless_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
}

// In this process; null if there is none.
NodeState* state_here(detail::NodeBase* node) noexcept try {
  return detail::session::node_here(detail::session::state_of(node));
} catch (...) {  // no memory for a session of this process
  return nullptr;
}

void set_attempt(detail::NodeBase* node, int number) noexcept {
  NodeState* const state = state_here(node);
  if (state != nullptr) state->core->set_attempt(*state, static_cast<std::uint32_t>(number));
}

}  // namespace

namespace detail::session {

void NodeState::abandon() noexcept {
  if (!core->in_own_process()) {
    // The parent ends what it started; this ends this process's own state.
    if (const auto own = take_node_of_child(*this)) own->abandon();
    return;
  }
  if (!open.load()) return;
  // During unwinding nothing gives access to the exception that is in flight.
  const bool unwinds = std::uncaught_exceptions() > exceptions.load();
  record(this,
         {.type = Type::failed,
          .level = Level::error,
          .message = unwinds ? "an exception left the node's scope" : "the node was left open",
          .error_message = unwinds ? "an exception left the node's scope; "
                                     "failed(std::current_exception()) records its text"
                                   : "the node was left open by its component",
          .error_code = unwinds ? "EXCEPTION" : "ABANDONED"});
}

void NodeState::stop(StopReason reason) noexcept {
  if (reason == StopReason::user) {
    record(this, {.level = Level::warn, .message = "Run cancelled by user"});
    record(this, {.type = Type::failed,
                  .level = Level::error,
                  .message = "cancelled",
                  .error_message = "cancelled",
                  .error_code = "CANCELLED"});
  } else {
    record(this, {.type = Type::failed,
                  .level = Level::error,
                  .message = "the worker was stopped",
                  .error_message = "the worker was stopped",
                  .error_code = "WORKER_STOPPED",
                  .data = R"({"retryable":true})"});
  }
}

}  // namespace detail::session

void Node::started() noexcept { record(*this, {.type = Type::started}); }

void Node::completed() noexcept { record(*this, {.type = Type::completed}); }

void Node::completed(std::string_view output) noexcept {
  record(*this, {.type = Type::completed, .output_summary = summary_of(output)});
}

std::optional<std::string> Node::summary_of(std::string_view output) const noexcept try {
  Summariser summariser = this->summariser();
  summariser.update(output);
  return summariser.finish();
} catch (...) {
  return std::nullopt;
}

detail::FailureEvent::FailureEvent(NodeBase* node, const Failure& failure) noexcept
    : body_{.type = Type::failed,
            .level = Level::error,
            .message = unless_empty(failure.message),
            .error_message = failure.message,
            .error_code = unless_empty(failure.code),
            .error_stack = unless_empty(failure.stack)} {
  if (failure.attempt > 0) {
    set_attempt(node, failure.attempt);
    const auto end =
        fmt::format_to_n(data_.data(), data_.size(), R"({{{}"attempt":{}}})",
                         failure.retryable ? R"("retryable":true,)" : "", failure.attempt);
    body_.data = {data_.data(), end.size};
  } else if (failure.retryable) {
    body_.data = R"({"retryable":true})";
  }
}

void Node::failed(const Failure& failure) noexcept {
  record(*this, detail::FailureEvent(state_.get(), failure).body());
}

void Node::failed_by(const std::exception_ptr& exception) noexcept try {
  const auto [what, type] = detail::session::exception_text(exception);
  const Failure failure{.message = what, .code = "EXCEPTION"};
  if (type.empty()) return failed(failure);
  failed(failure, field("exception", type));
} catch (...) {
  record(*this, {.type = Type::failed,
                 .level = Level::error,
                 .error_message = "an exception, and no memory for its text",
                 .error_code = "EXCEPTION"});
}

void Node::skipped(std::string_view reason) noexcept {
  record(*this, Type::completed, Level::info, field("skipped", true), field("reason", reason),
         "skipped: {}", reason);
}

void Node::stopped(StopReason reason) noexcept {
  if (state_) state()->stop(reason);
}

void Node::set_next_attempt(int number) noexcept {
  if (number > 0) set_attempt(state_.get(), number - 1);
}

Outcome Node::progress(std::uint64_t done, std::uint64_t total) const noexcept {
  std::array<char, 64> text{};
  const auto end =
      fmt::format_to_n(text.data(), text.size(), R"({{"done":{},"total":{}}})", done, total);
  return record(*this, Type::progress, Level::info,
                field("progress", Json{{text.data(), end.size}}), "{} of {}", done, total);
}

}  // namespace trace
