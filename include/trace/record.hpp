// SPDX-License-Identifier: Apache-2.0
// trace::record: records one event.
//
//   trace::record(node, trace::Type::progress, trace::Level::info,
//                 trace::field("host", host), "{} resolved", done);
//
// The calling thread copies the raw arguments into its slab of the journal and publishes them with
// one store: no lock, no allocation, no system call. Formatting, JSON and delivery happen on the
// shipper's thread. Once record() has returned Outcome::accepted, the event survives the death of
// the process (docs/guarantees.md lists the limits).
//
// Once the session knows secrets (redaction.hpp), texts are searched for them before they are
// copied, still without a lock, an allocation or a system call. Numbers are searched when they are
// sent.
//
// All functions are noexcept and may be called from any thread, but a fiber that records must stay
// on its thread. Format strings and field names are literals, checked at compile time. Their
// addresses identify the call site: a library that has recorded must stay loaded while its session
// is open.
#pragma once

#include <fmt/core.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>

#include <trace/detail/lane_cursor.hpp>
#include <trace/detail/values.hpp>
#include <trace/event.hpp>
#include <trace/export.hpp>
#include <trace/field.hpp>
#include <trace/session.hpp>

namespace trace {

// The result of record().
enum class Outcome : std::uint8_t {
  accepted,  // in the journal; it will be delivered
  dropped,   // refused and counted by reason, see Session::stats()
  filtered,  // below Config::level
};

// A whole event, for callers that know its parts only at run time. record() copies the views.
// Longer parts are trimmed: message 16 KiB, stack 32 KiB, data and output summary 64 KiB.
struct EventBody {
  Type type = Type::progress;
  Level level = Level::info;
  std::optional<std::string_view> message = {};
  std::optional<std::string_view> error_message = {};  // required for an error
  std::optional<std::string_view> error_code = {};
  std::optional<std::string_view> error_stack = {};
  std::optional<std::string_view> output_summary = {};  // JSON object
  std::optional<std::string_view> data = {};            // JSON object
  std::optional<std::string_view> timestamp = {};       // default: now
};

// Records a whole event. Events are sent in the order of the calls, regardless of `timestamp`.
SHIPTRACE_API Outcome record(const Node& node, const EventBody& body) noexcept;

namespace detail {

// Slow path of every event; `parts`: the texts that were cut, and those of an EventBody.
SHIPTRACE_API Outcome record_values(NodeBase* node, Texts texts, Type type, Level level,
                                    const Site& site, std::uint16_t parts,
                                    std::span<OutgoingValue> values) noexcept;
// A whole event with fields for its `data`, whose texts were cut if `cut`.
SHIPTRACE_API Outcome record_body(NodeBase* node, const EventBody& body, const Signature& signature,
                                  const FieldName* names, bool cut,
                                  std::span<const OutgoingValue> fields) noexcept;
// `detail` has static storage.
SHIPTRACE_API Outcome drop(NodeBase* node, DropReason reason, std::string_view detail) noexcept;

// The event of a failure. Refers to the failure, and counts the node's attempts from its number.
class SHIPTRACE_API FailureEvent {
 public:
  FailureEvent(NodeBase* node, const Failure& failure) noexcept;
  FailureEvent(const FailureEvent&) = delete;
  FailureEvent& operator=(const FailureEvent&) = delete;
  const EventBody& body() const noexcept { return body_; }

 private:
  std::array<char, 64> data_{};
  EventBody body_;
};

template <class S>
inline bool finite(const S& value) noexcept {
  if constexpr (std::is_floating_point_v<S>)
    return std::isfinite(value);
  else
    return true;
}

// The first event of a call site, a full slab, lifecycle events, …
template <class... V>
[[gnu::noinline]] Outcome record_slow_path(NodeBase* node, Texts texts, Type type, Level level,
                                           const Site& site, std::uint16_t parts,
                                           const V&... values) noexcept {
  [[maybe_unused]] std::size_t index = 0;
  [[maybe_unused]] const auto is_cut = [&] {
    return (parts & (index++ < site.signature->fields ? part_cut_data : part_cut_message)) != 0;
  };
  std::array<OutgoingValue, sizeof...(V)> outgoing_values{outgoing(values, is_cut())...};
  return record_values(node, texts, type, level, site, parts, outgoing_values);
}

inline NodeBase* base_of(NodeBase* node) noexcept { return node; }

// `N`: Node, or NodeBase*. A handle is read where its state is needed: the state in a register of
// its own would cost every record() two instructions.
// The cut flags are references because evaluating the other arguments of this call sets them.
template <Texts texts, class N, class... P>
inline Outcome record_prepared(const N& node, Type type, Level level, std::string_view format,
                               const Signature& signature, const FieldName* names,
                               const bool& cut_message, const bool& cut_data,
                               const P&... prepared) noexcept {
  const auto parts = static_cast<std::uint16_t>((cut_message ? part_cut_message : 0) |
                                                (cut_data ? part_cut_data : 0));
  // Each call has a Site of its own, because the compiler keeps one that both use in memory.
  if (record_fast_path<texts>(base_of(node), type, level, Site{format, &signature, names}, parts,
                              prepared.value...)) [[likely]]
    return Outcome::accepted;
  return record_slow_path(base_of(node), texts, type, level, Site{format, &signature, names}, parts,
                          prepared.value...);
}

template <Texts texts, class N, class... F, class... A>
inline Outcome record_stored(const N& node, Type type, Level level, std::string_view format,
                             const std::tuple<Field<F>&...>& fields, bool cut_message,
                             const A&... args) {
  return std::apply(
      [&](const Field<F>&... field) {
        const std::array<FieldName, sizeof...(F)> names{field.name...};
        [[maybe_unused]] std::size_t message_budget = max_message_bytes;
        [[maybe_unused]] std::size_t data_budget = max_data_bytes;
        bool cut_data = false;
        return record_prepared<texts>(node, type, level, format,
                                      signature_of<sizeof...(F), typename Prepared<F>::type...,
                                                   typename Prepared<A>::type...>,
                                      names.data(), cut_message, cut_data,
                                      Prepared<F>(field.value, data_budget, cut_data)...,
                                      Prepared<A>(args, message_budget, cut_message)...);
      },
      fields);
}

template <Texts texts, class N, class... F, class... A>
inline Outcome record_fields(const N& node, Type type, Level level, fmt::string_view literal,
                             const std::tuple<Field<F>&...>& fields, const A&... args) noexcept
    try {
  const std::string_view format(literal.data(), literal.size());
  std::string_view bad;
  std::apply(
      [&](const Field<F>&... field) {
        ((finite(field.value) ? void() : void(bad = {field.name.text, field.name.size})), ...);
      },
      fields);
  if (!bad.empty()) return drop(base_of(node), DropReason::bad_number, bad);
  if constexpr ((true && ... && !std::is_void_v<Stored<A>>)) {
    return record_stored<texts>(node, type, level, format, fields, false, args...);
  } else {
    char text[max_message_bytes];
    const auto end = fmt::format_to_n(text, sizeof text, fmt::runtime(format), args...);
    const bool cut = end.size > sizeof text;
    std::size_t budget = sizeof text;
    bool ignored = false;
    return record_stored<texts>(node, type, level, "{}", fields, cut,
                                trimmed({text, cut ? sizeof text : end.size}, budget, ignored));
  }
} catch (...) {
  return drop(base_of(node), DropReason::bad_format, {literal.data(), literal.size()});
}

using RuntimeFormat = decltype(fmt::runtime(""));

}  // namespace detail

// A format string known only at run time does not compile: the journal refers to format strings by
// address, and fmt could not check it against the arguments' types.
template <class... T>
requires(std::is_same_v<std::remove_cvref_t<T>, detail::RuntimeFormat> || ...) Outcome
    record(const Node& node, Type type, Level level, T&&... rest)
= delete;

// Records one event: its type, its level, up to eight fields for `data`, and its message. An empty
// format string omits the message. Text longer than 16 KiB (fields: 64 KiB together) is cut between
// characters and data.truncated lists it.
template <class... A>
inline Outcome record(const Node& node, Type type, Level level, fmt::format_string<A...> format,
                      const A&... args) noexcept {
  return detail::record_fields<detail::Texts::raw>(node, type, level, format, std::tie(), args...);
}

template <class F1, class... A>
inline Outcome record(const Node& node, Type type, Level level, Field<F1> f1,
                      fmt::format_string<A...> format, const A&... args) noexcept {
  return detail::record_fields<detail::Texts::raw>(node, type, level, format, std::tie(f1),
                                                   args...);
}

template <class F1, class F2, class... A>
inline Outcome record(const Node& node, Type type, Level level, Field<F1> f1, Field<F2> f2,
                      fmt::format_string<A...> format, const A&... args) noexcept {
  return detail::record_fields<detail::Texts::raw>(node, type, level, format, std::tie(f1, f2),
                                                   args...);
}

template <class F1, class F2, class F3, class... A>
inline Outcome record(const Node& node, Type type, Level level, Field<F1> f1, Field<F2> f2,
                      Field<F3> f3, fmt::format_string<A...> format, const A&... args) noexcept {
  return detail::record_fields<detail::Texts::raw>(node, type, level, format, std::tie(f1, f2, f3),
                                                   args...);
}

template <class F1, class F2, class F3, class F4, class... A>
inline Outcome record(const Node& node, Type type, Level level, Field<F1> f1, Field<F2> f2,
                      Field<F3> f3, Field<F4> f4, fmt::format_string<A...> format,
                      const A&... args) noexcept {
  return detail::record_fields<detail::Texts::raw>(node, type, level, format,
                                                   std::tie(f1, f2, f3, f4), args...);
}

template <class F1, class F2, class F3, class F4, class F5, class... A>
inline Outcome record(const Node& node, Type type, Level level, Field<F1> f1, Field<F2> f2,
                      Field<F3> f3, Field<F4> f4, Field<F5> f5, fmt::format_string<A...> format,
                      const A&... args) noexcept {
  return detail::record_fields<detail::Texts::raw>(node, type, level, format,
                                                   std::tie(f1, f2, f3, f4, f5), args...);
}

template <class F1, class F2, class F3, class F4, class F5, class F6, class... A>
inline Outcome record(const Node& node, Type type, Level level, Field<F1> f1, Field<F2> f2,
                      Field<F3> f3, Field<F4> f4, Field<F5> f5, Field<F6> f6,
                      fmt::format_string<A...> format, const A&... args) noexcept {
  return detail::record_fields<detail::Texts::raw>(node, type, level, format,
                                                   std::tie(f1, f2, f3, f4, f5, f6), args...);
}

template <class F1, class F2, class F3, class F4, class F5, class F6, class F7, class... A>
inline Outcome record(const Node& node, Type type, Level level, Field<F1> f1, Field<F2> f2,
                      Field<F3> f3, Field<F4> f4, Field<F5> f5, Field<F6> f6, Field<F7> f7,
                      fmt::format_string<A...> format, const A&... args) noexcept {
  return detail::record_fields<detail::Texts::raw>(node, type, level, format,
                                                   std::tie(f1, f2, f3, f4, f5, f6, f7), args...);
}

template <class F1, class F2, class F3, class F4, class F5, class F6, class F7, class F8,
          class... A>
inline Outcome record(const Node& node, Type type, Level level, Field<F1> f1, Field<F2> f2,
                      Field<F3> f3, Field<F4> f4, Field<F5> f5, Field<F6> f6, Field<F7> f7,
                      Field<F8> f8, fmt::format_string<A...> format, const A&... args) noexcept {
  return detail::record_fields<detail::Texts::raw>(
      node, type, level, format, std::tie(f1, f2, f3, f4, f5, f6, f7, f8), args...);
}

}  // namespace trace

#include <trace/detail/node_events.hpp>
