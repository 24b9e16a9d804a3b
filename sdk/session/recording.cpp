// SPDX-License-Identifier: Apache-2.0
// record() below the fast path: admission, secrets, the thread's lane.
#include <algorithm>
#include <cassert>
#include <vector>

#include "contract/timestamp.hpp"
#include "journal/format.hpp"
#include "record/event_parts.hpp"
#include "session/core.hpp"
#include "session/inheritance.hpp"

constinit thread_local trace::detail::ThisThread trace::detail::this_thread;

namespace trace {
namespace detail {
namespace session {
namespace {

// The lanes of a thread, one for each session that it has recorded for; returned when it ends.
class ThreadLanes {
 public:
  ~ThreadLanes() {
    this_thread.is_recording = true;
    this_thread.is_ending = true;
    this_thread.lane = nullptr;
    for (Held& held : held_) {
      if (held.core->in_own_process()) held.core->lanes().release(*held.lane);
    }
    this_thread.is_recording = false;
  }

  record::Lane* of(const std::shared_ptr<SessionCore>& core) {
    this_thread.lane = nullptr;  // its session may end here
    // A closed session's journal stays mapped only as long as it is referenced.
    std::erase_if(held_, [](const Held& held) {
      return held.core->closed() || !held.core->in_own_process();
    });
    auto known = std::find_if(held_.begin(), held_.end(),
                              [&](const Held& held) { return held.core == core; });
    if (known == held_.end()) {
      held_.reserve(held_.size() + 1);
      held_.push_back({core, &core->lanes().acquire()});
      known = held_.end() - 1;
    }
    this_thread.lane = known->lane;
    return known->lane;
  }

 private:
  struct Held {
    std::shared_ptr<SessionCore> core;
    record::Lane* lane;
  };
  std::vector<Held> held_;
};

// Null if the thread's storage is already destroyed (a later thread-local's destructor records).
record::Lane* find_lane_of_this_thread(const std::shared_ptr<SessionCore>& core) {
  if (this_thread.is_ending) return nullptr;
  thread_local ThreadLanes lanes;
  return lanes.of(core);
}

// Holds the thread's lane, or the one that threads without lanes share, for one record().
class HeldLane {
 public:
  // Throws std::bad_alloc.
  explicit HeldLane(const std::shared_ptr<SessionCore>& core) : lanes_(core->lanes()) {
    assert(!this_thread.is_recording);
    this_thread.is_recording = true;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    try {
      LaneCursor* const last = this_thread.lane;
      lane_ = last != nullptr && last->admission == &core->admission()
                  ? static_cast<record::Lane*>(last)
                  : find_lane_of_this_thread(core);
      if (lane_ == nullptr) lane_ = &lanes_.lock_shared();
    } catch (...) {
      this_thread.is_recording = false;
      throw;
    }
    lane_->busy.store(true, std::memory_order_relaxed);
    // Compiler barrier: nothing below may move above. For the processor see
    // Lanes::wait_until_quiet.
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  ~HeldLane() {
    lane_->busy.store(false, std::memory_order_release);
    if (lanes_.is_shared(*lane_)) lanes_.unlock_shared();
    std::atomic_signal_fence(std::memory_order_seq_cst);
    this_thread.is_recording = false;
  }
  HeldLane(const HeldLane&) = delete;
  HeldLane& operator=(const HeldLane&) = delete;

  record::Lane& operator*() const noexcept { return *lane_; }
  record::Lane* operator->() const noexcept { return lane_; }

 private:
  record::Lanes& lanes_;
  record::Lane* lane_ = nullptr;
};

// While the tables of all secrets are built: replaces a whole text that contains a secret that they
// do not have yet. Combining both matchers is not worth it for a state that lasts milliseconds.
[[gnu::noinline]] void withhold(const secrets::Matcher& fresh,
                                std::span<OutgoingValue> values) noexcept {
  static constexpr std::string_view instead_of_json = "\"[REDACTED]\"";
  for (OutgoingValue& value : values) {
    if (!value.is_text || !fresh.contains(value.text, value.sort)) continue;
    // If `data` or a summary must be an object, the encoder makes one of the string.
    value = value.sort == TextSort::json ? outgoing(Json{instead_of_json}, false)
                                         : outgoing(secrets::replacement, false);
  }
}

// Searches the texts for secrets and adjusts their sizes. Returns the matcher, or null if there are
// no secrets. Call it while a lane is held: its busy flag keeps the matchers alive.
const secrets::Matcher* look_through(const SessionCore& core,
                                     std::span<OutgoingValue> values) noexcept {
  const auto [matcher, fresh] = core.secrets().matchers();
  if (matcher == nullptr) return nullptr;
  if (fresh != nullptr) [[unlikely]]
    withhold(*fresh, values);
  for (OutgoingValue& value : values) {
    if (!value.is_text || !matcher->contains(value.text, value.sort)) continue;
    value.has_secret = true;
    value.bytes = matcher->redacted_size(value.text, value.sort);
  }
  return matcher;
}

std::size_t payload_bytes(std::span<const OutgoingValue> values) noexcept {
  std::size_t bytes = 0;
  for (const OutgoingValue& value : values) bytes += value.bytes + (value.is_text ? 4 : 0);
  return bytes;
}

void store(std::byte*& at, const OutgoingValue& value, const secrets::Matcher* matcher) noexcept {
  if (!value.is_text) return detail::store(at, value.word);
  if (!value.has_secret) return store_text(at, value.text);
  const auto size = static_cast<std::uint32_t>(value.bytes);
  std::memcpy(at, &size, sizeof size);
  matcher->write_redacted(reinterpret_cast<char*>(at + sizeof size), value.text, value.sort);
  at += sizeof size + value.bytes;
}

Outcome record_in(NodeState& node, Texts texts, Type type, Level level, const Site& site,
                  std::uint16_t parts, std::span<OutgoingValue> values) {
  SessionCore& core = *node.core;
  const std::uint32_t attempt = core.attempt_of(node, type);
  // The end of a node that has started is never filtered, whatever the level has become.
  const bool may_be_filtered = type == Type::progress || !node.open.load();
  if (level < core.least_level() && may_be_filtered) return core.filter();
  if (node.run == nullptr) return core.drop(DropReason::bad_id);
  if (core.closed()) return core.drop(DropReason::closed);
  if (this_thread.is_recording) return core.drop(node, DropReason::nested, nullptr);
  const HeldLane lane(node.core);
  if (core.closed()) return core.drop(node, DropReason::closed, &*lane);
  if (core.refused_by_budget(type, level)) return core.drop(node, DropReason::budget, &*lane);
  const secrets::Matcher* const matcher =
      texts == Texts::raw ? look_through(core, values) : nullptr;
  if (node.base.admission.load(std::memory_order_relaxed) == nullptr) core.add_to_tables(node);
  std::size_t bytes = payload_bytes(values);
  if (attempt > 1) {
    parts |= journal::part_attempt;
    bytes += sizeof(std::uint64_t);
  }
  auto failure = record::Lane::Failure::none;
  std::byte* at = lane->reserve(node.ref(), site, type, level, parts, bytes, failure);
  if (at == nullptr) {
    const DropReason why = failure == record::Lane::Failure::too_large ? DropReason::too_large
                           : core.disk_is_full()                       ? DropReason::disk_full
                                                                       : DropReason::budget;
    return core.drop(node, why, &*lane);
  }
  if (type != Type::progress) {
    core.note_life(node, type, lane->number(), lane->reserved_sequence());
  }
  if (node.losses.losing()) [[unlikely]] {
    node.losses.resume({lane->number(), lane->reserved_sequence()});
  }
  core.admit();
  for (const OutgoingValue& value : values) store(at, value, matcher);
  if (attempt > 1) detail::store(at, std::uint64_t{attempt});
  lane->publish();
  return Outcome::accepted;
}

}  // namespace

namespace {

Outcome record_parts(NodeState* node, const EventBody& body, record::EventParts& parts,
                     std::uint16_t cut) noexcept {
  // Stores lose the year 0000.
  if (body.timestamp &&
      (!contract::is_contract_timestamp(*body.timestamp) || body.timestamp->starts_with("0000"))) {
    return drop(base_of(node), DropReason::bad_timestamp,
                "timestamp must be YYYY-MM-DDTHH:MM[:SS[.fraction]]Z, from the year 0001 on");
  }
  const auto bits = static_cast<std::uint16_t>(parts.bits() | cut);
  return record_values(base_of(node), Texts::raw, body.type, body.level, parts.site(), bits,
                       parts.values());
}

}  // namespace

Outcome record(NodeState* node, const EventBody& body) noexcept {
  record::EventParts parts(body);
  return record_parts(node, body, parts, 0);
}

}  // namespace session

Outcome record_body(NodeBase* node, const EventBody& body, const Signature& signature,
                    const FieldName* names, bool cut,
                    std::span<const OutgoingValue> fields) noexcept {
  record::EventParts parts(body, signature, names, fields);
  return session::record_parts(session::state_of(node), body, parts,
                               cut ? part_cut_data : std::uint16_t{0});
}

Outcome record_values(NodeBase* node, Texts texts, Type type, Level level, const Site& site,
                      std::uint16_t parts, std::span<OutgoingValue> values) noexcept try {
  session::NodeState* const state = session::state_of(node);
  if (state == nullptr) return Outcome::dropped;
  session::NodeState* here = session::node_here(state);
  if (here == nullptr) return state->core->drop_in_child();
  // A child's session may know secrets that its parent's does not.
  if (here != state) texts = Texts::raw;
  return session::record_in(*here, texts, type, level, site, parts, values);
} catch (...) {
  return drop(node, DropReason::no_memory, "no memory for a thread's lane");
}

Outcome drop(NodeBase* node, DropReason reason, std::string_view detail) noexcept {
  session::NodeState* const state = session::state_of(node);
  if (state == nullptr) return Outcome::dropped;
  session::SessionCore& core = *state->core;
  return core.in_own_process() ? core.drop(*state, reason, nullptr, detail) : core.drop_in_child();
}

}  // namespace detail

Outcome record(const Node& node, const EventBody& body) noexcept {
  return detail::session::record(detail::session::state_of(detail::base_of(node)), body);
}

}  // namespace trace
