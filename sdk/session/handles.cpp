// SPDX-License-Identifier: Apache-2.0
// The public handles: Session, Run, Node and the subscription to a cancellation.
#include <fmt/format.h>

#include <atomic>
#include <utility>

#include <trace/record.hpp>
#include <trace/session.hpp>
#include <trace/summary.hpp>

#include "contract/identifier.hpp"
#include "secrets/event_redactor.hpp"
#include "secrets/matcher.hpp"
#include "session/inheritance.hpp"
#include "session/rolling_session.hpp"

namespace trace {

using namespace detail::session;

namespace {

// The repaired id of a workflow or organization; if it is invalid the run is traced without it.
std::string known_id(std::string_view id, std::string_view of,
                     std::string_view (*fault_of)(std::string_view), SessionCore& core) {
  if (id.empty()) return {};
  const std::string_view fault = fault_of(id);
  if (fault.empty()) return detail::contract::repaired_id(id);
  core.diagnostics().report("bad_id", fmt::format("{} id {}; it is omitted", of, fault));
  return {};
}

// The session core and run entry of this process; `starts`: of a child's session, too.
std::pair<std::shared_ptr<SessionCore>, detail::ship::RunInfo*> here(const RunState& run,
                                                                     bool starts = false) {
  if (run.info == nullptr || run.core->in_own_process()) return {run.core, run.info};
  const auto session = session_of_child(run.core, starts);
  if (session == nullptr) return {run.core, nullptr};
  return session->open_run(run.info->id, *run.info->spec);
}

// The session core of this process; null if there is none.
SessionCore* core_here(NodeState* node) noexcept try {
  node = node_here(node);
  return node ? node->core.get() : nullptr;
} catch (...) {  // no memory for a session of this process
  return nullptr;
}

}  // namespace

namespace detail::session {

NodeState::NodeState(std::shared_ptr<SessionCore> owner, ship::RunInfo* of, std::string name,
                     bool shared)
    : core(std::move(owner)),
      lone_base(core->in_own_process() ? nullptr : std::make_unique<NodeBase>()),
      base(lone_base ? *lone_base : core->node_bases().take()),
      run(of),
      id(std::move(name)),
      is_shared(shared) {
  base.state = this;
  if (run != nullptr) core->number_node(*this);
  core->add_handle();
}

RunState::RunState(std::shared_ptr<SessionCore> of, ship::RunInfo* run)
    : core(std::move(of)), info(run) {
  core->add_handle();
}

RunState::~RunState() { core->remove_handle(); }

NodeState::~NodeState() {
  output = nullptr;  // it uses the session, which may be closed without handles
  if (!lone_base && core->in_own_process()) core->node_bases().give_back(base);
  core->remove_handle();
}

}  // namespace detail::session

// Session

Result<Session> Session::start(Config config, Dependencies dependencies) {
  auto finalized = detail::config::finalize(std::move(config), dependencies);
  if (!finalized) return finalized.error();
  try {
    return Session(std::make_shared<RollingSession>(
        SessionCore::start(std::move(*finalized), std::move(dependencies))));
  } catch (const std::exception& error) {
    return Error("session", fmt::format("cannot start: {}", error.what()));
  }
}

Session::Session(std::shared_ptr<RollingSession> rolling) noexcept : rolling_(std::move(rolling)) {}
Session::Session(Session&&) noexcept = default;

Session& Session::operator=(Session&& other) noexcept {
  if (this != &other) {
    const Session ended(std::move(*this));
    rolling_ = std::move(other.rolling_);
  }
  return *this;
}

Session::~Session() {
  if (!rolling_) return;
  if (const auto session = here()) session->close(rolling_->first()->close_timeout());
}

std::shared_ptr<RollingSession> Session::here(bool starts) const {
  const std::shared_ptr<SessionCore>& first = rolling_->first();
  return first->in_own_process() ? rolling_ : session_of_child(first, starts);
}

Run Session::run(std::string_view id, const RunSpec& spec) {
  const auto session = here(true);
  if (session == nullptr) return Run(std::make_shared<RunState>(rolling_->first(), nullptr));
  const std::string_view fault = detail::contract::fault_of_run_id(id);
  if (!fault.empty()) {
    session->first()->diagnostics().report(
        "bad_id", fmt::format("run id {}; the run's events are dropped", fault));
    return Run(std::make_shared<RunState>(session->first(), nullptr));
  }
  RunSpec repaired = spec;
  repaired.workflow_id = known_id(spec.workflow_id, "workflow", &detail::contract::fault_of_node_id,
                                  *session->first());
  repaired.organization_id =
      known_id(spec.organization_id, "organization", &detail::contract::fault_of_organization_id,
               *session->first());
  const auto [core, info] = session->open_run(detail::contract::repaired_id(id), repaired);
  return Run(std::make_shared<RunState>(core, info));
}

bool Session::flush(std::chrono::milliseconds deadline) {
  const auto session = here();
  return session == nullptr || session->flush(deadline);
}

Closed Session::close(std::chrono::milliseconds deadline) {
  const auto session = here();
  return session == nullptr ? Closed() : session->close(deadline);
}

AddSecretResult Session::add_secret(const char* value) noexcept {
  return value == nullptr ? AddSecretResult::none : add_secret(std::string_view(value));
}

AddSecretResult Session::add_secret(std::string_view value) noexcept try {
  const auto session = here(true);
  if (session == nullptr) return AddSecretResult::no_memory;
  const AddSecretResult result = session->add_secret(value);
  if (result != AddSecretResult::added && result != AddSecretResult::known) {
    session->first()->diagnostics().report(
        "redaction", fmt::format("a value given to add_secret() {}", text(result)));
  }
  return result;
} catch (...) {
  return AddSecretResult::no_memory;
}

void Session::set_level(Level level) noexcept try {
  if (const auto session = here(true)) session->set_level(level);
} catch (...) {  // no memory for a session of this process
}

Stats Session::stats() const noexcept {
  const auto session = here();
  return session == nullptr ? Stats() : session->stats();
}

std::string_view Session::id() const noexcept {
  const auto session = here();
  return (session == nullptr ? rolling_ : session)->first()->id();
}

// Run

Run::Run(std::shared_ptr<RunState> state) noexcept : state_(std::move(state)) {}
Run::~Run() = default;

Node Run::node(std::string_view id) { return make_node(id, false); }

Node Run::shared_node(std::string_view id) { return make_node(id, true); }

Node Run::make_node(std::string_view id, bool is_shared) {
  auto [core, run] = here(*state_);
  const std::string_view fault = detail::contract::fault_of_node_id(id);
  if (!fault.empty()) {
    run = nullptr;
    core->diagnostics().report("bad_id",
                               fmt::format("node id {}; the node's events are dropped", fault));
  }
  const auto state =
      std::make_shared<NodeState>(core, run, detail::contract::repaired_id(id), is_shared);
  return Node(std::shared_ptr<detail::NodeBase>(state, &state->base));
}

void Run::on_cancel(std::function<void()> callback) {
  const auto [core, run] = here(*state_);
  if (run != nullptr)
    callbacks_.push_back(CancelSubscription(run->cancellation.subscribe(std::move(callback))));
}

void Run::finish() noexcept {
  SessionCore& inherited = *state_->core;
  try {
    const auto [core, run] = here(*state_, true);
    if (run != nullptr) {
      core->finish_run(*run);
    } else if (core->in_own_process()) {
      core->drop(state_->info == nullptr ? DropReason::bad_id : DropReason::no_memory,
                 "Run::finish()");
    } else {
      core->drop_in_child();
    }
  } catch (...) {
    if (inherited.in_own_process()) {
      inherited.drop(DropReason::no_memory, "Run::finish()");
    } else {
      inherited.drop_in_child();
    }
  }
}

std::string_view Run::id() const noexcept {
  return state_->info != nullptr ? state_->info->id : std::string_view();
}

// Node

Node::Node(std::shared_ptr<detail::NodeBase> state) noexcept : state_(std::move(state)) {}

NodeState* Node::state() const noexcept { return detail::session::state_of(state_.get()); }

Node& Node::operator=(Node&& other) noexcept {
  if (this != &other) {
    if (state_) state()->abandon();
    state_ = std::move(other.state_);
  }
  return *this;
}

Node::~Node() {
  if (state_) state()->abandon();
}

Summariser Node::summariser(SummaryLimits limits) const {
  return Summariser(limits, redaction_of(state()).secrets);
}

CutText Node::cut(std::string_view text, std::size_t most_bytes) const {
  detail::secrets::EventRedactor redactor(redaction_of(state()));
  redactor.refresh();
  return detail::secrets::RedactedTexts::of(redactor.cleaned(text)).beginning(most_bytes);
}

CancelSubscription Node::on_cancel(std::function<void()> callback) {
  const NodeState* own = node_here(state());
  if (own == nullptr || own->run == nullptr) return {};
  return CancelSubscription(own->run->cancellation.subscribe(std::move(callback)));
}

std::string_view Node::id() const noexcept {
  return state_ ? std::string_view(state()->id) : std::string_view();
}
std::string_view Node::run_id() const noexcept {
  const NodeState* own = state();
  return own && own->run != nullptr ? own->run->id : std::string_view();
}

std::string_view Node::session_id() const noexcept {
  const SessionCore* core = core_here(state());
  return core ? core->id() : std::string_view();
}
std::string_view Node::journal() const noexcept {
  const SessionCore* core = core_here(state());
  return core ? core->journal_path() : std::string_view();
}
bool Node::add_note(std::string_view owner, std::string_view bytes) const noexcept {
  SessionCore* core = core_here(state());
  return core != nullptr && core->add_note({owner, bytes});
}
void Node::settle_note() const noexcept {
  if (SessionCore* core = core_here(state())) core->settle_note();
}

// CancelSubscription

CancelSubscription::CancelSubscription(
    std::shared_ptr<detail::ship::CancelCallback> callback) noexcept
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
