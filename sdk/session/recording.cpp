// SPDX-License-Identifier: Apache-2.0
// The slow path of record() from a handle to the lane, and recording of whole events.
#include <trace/record.hpp>

#include "contract/timestamp.hpp"
#include "record/event_parts.hpp"
#include "session/core.hpp"
#include "session/inheritance.hpp"
#include "session/this_thread.hpp"

namespace trace {

std::string_view name(DropReason reason) noexcept {
  static constexpr std::string_view names[] = {
      "budget",        "disk_full", "closed", "bad_id", "bad_number", "bad_format",
      "bad_timestamp", "too_large", "nested", "forked", "no_memory"};
  static_assert(std::size(names) == static_cast<std::size_t>(DropReason::count_));
  return names[static_cast<std::size_t>(reason)];
}

namespace detail {
namespace {

// Holds the lane for one record(); the shared lane with its mutex.
record::Lane* enter(session::SessionCore& core, const std::shared_ptr<session::SessionCore>& owner,
                    DropReason& why) {
  if (this_thread.is_recording) {
    why = DropReason::nested;
    return nullptr;
  }
  this_thread.is_recording = true;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  record::Lane* lane = nullptr;
  try {
    lane = session::lane_for(owner, core.admission());
    if (lane == nullptr) lane = &core.lanes().lock_shared();
  } catch (...) {
    this_thread.is_recording = false;
    throw;
  }
  lane->busy.store(true, std::memory_order_relaxed);
  // Compiler barrier: nothing below may move above. For the processor see Lanes::wait_until_quiet.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  return lane;
}

void leave(session::SessionCore& core, record::Lane& lane) noexcept {
  lane.busy.store(false, std::memory_order_release);
  if (core.lanes().is_shared(lane)) core.lanes().unlock_shared();
  std::atomic_signal_fence(std::memory_order_seq_cst);
  this_thread.is_recording = false;
}

Reservation refused(Outcome outcome) noexcept { return {nullptr, nullptr, outcome, nullptr}; }

Reservation refuse(session::SessionCore& core, DropReason reason) noexcept {
  return refused(core.drop(reason));
}

// While the tables of all secrets are built: replaces a whole text that contains a secret that they
// do not have yet. Combining both matchers is not worth it for a state that lasts milliseconds.
[[gnu::noinline]] void withhold(const secrets::Matcher& fresh, OutgoingText* texts,
                                std::size_t count, std::size_t& payload_bytes) noexcept {
  static constexpr std::string_view instead_of_json = "\"[REDACTED]\"";
  for (OutgoingText* text = texts; text < texts + count; ++text) {
    if (!fresh.contains(text->text, text->sort)) continue;
    const std::size_t before = text->text.size();
    // If `data` or a summary must be an object, the encoder makes one of the string.
    *text = text->sort == TextSort::json ? outgoing(Json{instead_of_json}, false)
                                         : outgoing(secrets::replacement, false);
    payload_bytes += text->text.size() - before;
  }
}

// Searches for secrets and adjusts the texts' sizes. Returns the matcher, or null if there are no
// secrets. Call it while a lane is held: its busy flag keeps the matchers alive.
const secrets::Matcher* look_through(const session::SessionCore& core, OutgoingText* texts,
                                     std::size_t count, std::size_t& payload_bytes) noexcept {
  const auto [matcher, fresh] = core.secrets().matchers();
  if (matcher == nullptr) return nullptr;
  if (fresh != nullptr) [[unlikely]]
    withhold(*fresh, texts, count, payload_bytes);
  bool any = false;
  for (OutgoingText* text = texts; text < texts + count; ++text) {
    text->has_secret = matcher->contains(text->text, text->sort);
    if (!text->has_secret) continue;
    text->bytes = matcher->redacted_size(text->text, text->sort);
    payload_bytes += text->bytes - text->text.size();
    any = true;
  }
  return any ? matcher : nullptr;
}

}  // namespace

Reservation reserve(const Node& node, Type type, Level level, const Site& site, std::uint16_t parts,
                    std::size_t payload_bytes, OutgoingText* texts, std::size_t count) noexcept
    try {
  session::NodeState* state = node.state();
  if (state == nullptr) return refused(Outcome::dropped);
  if (!state->core->in_own_process()) {
    session::NodeState* own = session::node_of_child(*state);
    if (own == nullptr) return refused(state->core->drop_in_child());
    state = own;
  }
  session::SessionCore& core = *state->core;
  if (level < core.least_level()) return refused(core.filter());
  if (state->run == nullptr) return refuse(core, DropReason::bad_id);
  if (core.closed()) return refuse(core, DropReason::closed);
  DropReason why = DropReason::budget;
  record::Lane* lane = enter(core, state->core, why);
  if (lane == nullptr) return refused(core.drop(*state, why, nullptr));
  if (core.closed()) {
    why = DropReason::closed;
  } else if (!core.refused_by_budget(type, level)) {
    record::Lane::Failure failure = record::Lane::Failure::none;
    const secrets::Matcher* const secrets = look_through(core, texts, count, payload_bytes);
    std::byte* at = lane->reserve(state->ref(), site, type, level, parts, payload_bytes, failure);
    if (at != nullptr) {
      if (type != Type::progress) {
        core.note_life(*state, type, lane->number(), lane->reserved_sequence());
      }
      if (state->losses.losing()) [[unlikely]] {
        state->losses.resume({lane->number(), lane->reserved_sequence()});
      }
      lane->recording_for = &core;
      core.admit();
      return {at, lane, Outcome::accepted, secrets};
    }
    if (failure == record::Lane::Failure::too_large) why = DropReason::too_large;
    if (failure == record::Lane::Failure::no_slab && core.disk_is_full())
      why = DropReason::disk_full;
  }
  core.drop(*state, why, lane);
  leave(core, *lane);
  return refused(Outcome::dropped);
} catch (...) {
  return refused(drop(node, DropReason::no_memory, "no memory for a thread's lane"));
}

void store_outgoing(std::byte*& at, const OutgoingText& text, const void* secrets) noexcept {
  if (secrets == nullptr || !text.has_secret) return store_text(at, text.text);
  const auto size = static_cast<std::uint32_t>(text.bytes);
  std::memcpy(at, &size, sizeof size);
  static_cast<const secrets::Matcher*>(secrets)->write_redacted(
      reinterpret_cast<char*>(at + sizeof size), text.text, text.sort);
  at += sizeof size + text.bytes;
}

Outcome publish(const Reservation& reservation) noexcept {
  record::Lane& lane = *static_cast<record::Lane*>(reservation.lane);
  lane.publish();
  leave(*static_cast<session::SessionCore*>(lane.recording_for), lane);
  return Outcome::accepted;
}

Outcome drop(const Node& node, DropReason reason, std::string_view detail) noexcept {
  session::NodeState* state = node.state();
  if (state == nullptr) return Outcome::dropped;
  session::SessionCore& core = *state->core;
  return core.in_own_process() ? core.drop(*state, reason, nullptr, detail) : core.drop_in_child();
}

}  // namespace detail

Outcome record(const Node& node, const EventBody& body) noexcept {
  using namespace detail::session;
  if (body.timestamp && !detail::contract::is_contract_timestamp(*body.timestamp)) {
    return detail::drop(node, DropReason::bad_timestamp,
                        "timestamp must be YYYY-MM-DDTHH:MM[:SS[.fraction]]Z");
  }
  detail::record::EventParts parts(body);
  const detail::Reservation reservation =
      detail::reserve(node, body.type, body.level, parts.site(), parts.bits(), parts.bytes(),
                      parts.texts(), parts.count());
  if (reservation.at == nullptr) return reservation.outcome;
  parts.store_to(reservation.at, reservation.secrets);
  return detail::publish(reservation);
}

}  // namespace trace
