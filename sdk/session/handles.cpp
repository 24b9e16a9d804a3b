// The public handles: Session, Run, Node and the subscription to a cancellation.
#include <fmt/format.h>

#include <atomic>
#include <utility>

#include <trace/record.hpp>
#include <trace/session.hpp>
#include <trace/summary.hpp>

#include "contract/identifier.hpp"
#include "session/core.hpp"

namespace trace {
namespace {

std::uint64_t next_serial() noexcept {
  static std::atomic<std::uint64_t> serial{0};
  return serial.fetch_add(1, std::memory_order_relaxed) + 1;
}

void abandon(const Node& node) noexcept {
  if (node.state() == nullptr || !node.state()->open.load()) return;
  record(node, {.type = Type::failed,
                .level = Level::error,
                .message = "the node was left open",
                .error_message = "the node was left open by its component",
                .error_code = "ABANDONED"});
}

}  // namespace

namespace detail {

NodeState::NodeState(std::shared_ptr<SessionCore> owner, RunInfo* of, std::string name)
    : core(std::move(owner)), run(of), id(std::move(name)), serial(next_serial()) {}

}  // namespace detail

// Session

Result<Session> Session::start(Config config, Dependencies dependencies) {
  auto finalized = detail::finalize(std::move(config));
  if (!finalized) return finalized.error();
  if (!dependencies.transport) {
    return Error("transport", "none was given, and none could be made of the configuration");
  }
  try {
    return Session(std::make_shared<detail::SessionCore>(std::move(*finalized),
                                                         std::move(dependencies.transport)));
  } catch (const std::exception& error) {
    return Error("session", fmt::format("cannot start: {}", error.what()));
  }
}

Session::Session(std::shared_ptr<detail::SessionCore> core) noexcept : core_(std::move(core)) {}
Session::Session(Session&&) noexcept = default;

Session& Session::operator=(Session&& other) noexcept {
  if (this != &other) {
    const Session ended(std::move(*this));
    core_ = std::move(other.core_);
  }
  return *this;
}

Session::~Session() {
  if (core_) core_->close(core_->close_timeout());
}

Run Session::run(std::string_view id, RunSpec spec) {
  auto state = std::make_shared<detail::RunState>();
  state->core = core_;
  const std::string_view fault = detail::fault_of_run_id(id);
  if (fault.empty()) {
    state->info = core_->open_run(id, spec);
  } else {
    core_->diagnostics().report("bad_id",
                                fmt::format("run id {}; the run's events are dropped", fault));
  }
  return Run(std::move(state));
}

bool Session::flush(std::chrono::milliseconds deadline) { return core_->flush(deadline); }
Closed Session::close(std::chrono::milliseconds deadline) { return core_->close(deadline); }
Stats Session::stats() const noexcept { return core_->stats(); }
std::string_view Session::id() const noexcept { return core_->id(); }

// Run

Run::Run(std::shared_ptr<detail::RunState> state) noexcept : state_(std::move(state)) {}
Run::~Run() = default;

Node Run::node(std::string_view id) {
  detail::RunInfo* run = state_->info;
  const std::string_view fault = detail::fault_of_node_id(id);
  if (!fault.empty()) {
    run = nullptr;
    state_->core->diagnostics().report(
        "bad_id", fmt::format("node id {}; the node's events are dropped", fault));
  }
  return Node(std::make_shared<detail::NodeState>(state_->core, run, std::string(id)));
}

void Run::on_cancel(std::function<void()> callback) {
  if (state_->info == nullptr) return;
  callbacks_.emplace_back(state_->info->cancellation.subscribe(std::move(callback)));
}

std::string_view Run::id() const noexcept {
  return state_->info != nullptr ? std::string_view(state_->info->id) : std::string_view();
}

// Node

Node::Node(std::shared_ptr<detail::NodeState> state) noexcept : state_(std::move(state)) {}

Node& Node::operator=(Node&& other) noexcept {
  if (this != &other) {
    abandon(*this);
    state_ = std::move(other.state_);
  }
  return *this;
}

Node::~Node() { abandon(*this); }

void Node::started() noexcept { record(*this, {.type = Type::started}); }

void Node::completed() noexcept { record(*this, {.type = Type::completed}); }

void Node::completed(std::string_view output) noexcept {
  try {
    const std::string summary = summarise(output);
    record(*this, {.type = Type::completed, .output_summary = summary});
  } catch (...) {  // no memory for a summary is no reason to leave the node open
    completed();
  }
}

void Node::failed(const Failure& failure) noexcept {
  std::string data;
  try {
    if (failure.retryable) data += "\"retryable\":true";
    if (failure.attempt > 0) {
      data += fmt::format("{}\"attempt\":{}", data.empty() ? "" : ",", failure.attempt);
    }
    if (!data.empty()) data = "{" + data + "}";
  } catch (...) {
    data.clear();
  }
  const auto unless_empty = [](std::string_view text) {
    return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
  };
  record(*this, {.type = Type::failed,
                 .level = Level::error,
                 .message = unless_empty(failure.message),
                 .error_message = failure.message,
                 .error_code = unless_empty(failure.code),
                 .error_stack = unless_empty(failure.stack),
                 .data = unless_empty(data)});
}

LineStream Node::stream(Stream stream) { return LineStream(state_, stream, "component"); }

CancelSubscription Node::on_cancel(std::function<void()> callback) {
  if (state_ == nullptr || state_->run == nullptr) return {};
  return CancelSubscription(state_->run->cancellation.subscribe(std::move(callback)));
}

std::string_view Node::id() const noexcept {
  return state_ ? std::string_view(state_->id) : std::string_view();
}
std::string_view Node::run_id() const noexcept {
  return state_ && state_->run != nullptr ? std::string_view(state_->run->id) : std::string_view();
}
std::string_view Node::session_id() const noexcept {
  return state_ ? state_->core->id() : std::string_view();
}

// CancelSubscription

CancelSubscription::CancelSubscription(std::shared_ptr<detail::CancelCallback> callback) noexcept
    : callback_(std::move(callback)) {}

CancelSubscription& CancelSubscription::operator=(CancelSubscription&& other) noexcept {
  if (this != &other) {
    if (callback_) callback_->withdraw();
    callback_ = std::move(other.callback_);
  }
  return *this;
}

CancelSubscription::~CancelSubscription() {
  if (callback_) callback_->withdraw();
}

}  // namespace trace
