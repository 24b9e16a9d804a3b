// trace::record: the one verb. Every event of the SDK goes through it.
//
//   trace::record(node, trace::Type::progress, trace::Level::info,
//                 trace::field("host", host), "{} resolved", done);
//
// The caller's thread copies the raw arguments into this thread's slab of the journal and
// publishes them with one store: no lock, no allocation, no system call. Formatting, JSON and
// delivery happen on the shipper's thread. When record() has answered Outcome::accepted the event
// survives the death of the process (docs/guarantees.md tells the limits).
//
// All functions are noexcept and may be called from any thread. Format strings and field names
// are literals, checked at compile time.
#pragma once

#include <fmt/core.h>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>

#include <trace/event.hpp>
#include <trace/session.hpp>

namespace trace {

// The answer of record().
enum class Outcome : std::uint8_t {
  accepted,  // in the journal; it will be delivered
  dropped,   // refused and counted by reason, see Session::stats()
  filtered,  // below Config::level
};

// The text of a JSON value as a field's value: field("hosts", trace::Json{"[1,2]"}). Text that
// is no JSON is sent as a string. Copied by record().
struct Json {
  std::string_view text;
};

// The name of a field: a literal.
struct FieldName {
  template <std::size_t N>
  consteval FieldName(const char (&literal)[N])  // NOLINT: implicit, so that call sites read well
      : text(literal), size(N - 1) {
    if (N < 2) throw "a field needs a name";  // in a constant expression: a compile-time error
  }
  const char* text;
  std::size_t size;
};

// One entry of the event's `data`.
template <class T>
struct Field {
  FieldName name;
  const T& value;
};

// Names a value for `data`. Up to eight per event. Numbers, booleans and text keep their JSON
// type; any other type is formatted with "{}". The value must outlive the call of record().
template <class T>
constexpr Field<T> field(FieldName name, const T& value) noexcept {
  return {name, value};
}

// A whole event for callers that have its parts at run time. Views are copied by record().
// Longer parts are trimmed: message 16 KiB, stack 32 KiB, data and output summary 64 KiB.
struct EventBody {
  Type type = Type::progress;
  Level level = Level::info;
  std::optional<std::string_view> message = {};
  std::optional<std::string_view> error_message = {};  // an error needs at least its message
  std::optional<std::string_view> error_code = {};
  std::optional<std::string_view> error_stack = {};
  std::optional<std::string_view> output_summary = {};  // text of a JSON object
  std::optional<std::string_view> data = {};            // text of a JSON object
  std::optional<std::string_view> timestamp = {};       // when it happened, if that is not now
};

// Records a whole event. The order on the wire is the order of the calls, also when `timestamp`
// says otherwise.
Outcome record(const Node& node, const EventBody& body) noexcept;

namespace detail {

inline constexpr std::size_t max_message_bytes = 16 * 1024;
inline constexpr std::size_t max_data_bytes = 64 * 1024;

// How a raw argument lies in the journal. Part of the journal's format.
enum class Tag : std::uint8_t {
  boolean = 1,
  character,
  int64,
  uint64,
  float32,
  float64,
  string,
  pointer,
  json
};

// The argument types of one call, fields first. One static object per instantiation: its address
// is half of a call site's identity.
struct Signature {
  std::uint8_t fields;
  std::uint8_t arguments;
  const Tag* tags;
};

// Where a record's payload goes; `at` is null when the record was refused with `outcome`.
struct Reservation {
  std::byte* at;
  void* lane;
  Outcome outcome;
};

Reservation reserve(const Node& node, Type type, Level level, std::string_view format,
                    const Signature& signature, const FieldName* names, std::uint16_t parts,
                    std::size_t payload_bytes) noexcept;
Outcome publish(const Reservation& reservation) noexcept;
// `detail` has static storage.
Outcome drop(const Node& node, DropReason reason, std::string_view detail) noexcept;

// What of an event was cut while it was recorded. Shared with the journal's format.
inline constexpr std::uint16_t part_message = 1;
inline constexpr std::uint16_t part_cut_message = 2;
inline constexpr std::uint16_t part_cut_data = 4;

template <class T>
inline constexpr bool is_text_v = std::is_convertible_v<const T&, std::string_view>;

// The type that a value of type T is stored as; void when it must be formatted at once.
template <class T>
consteval auto stored_type() {
  using D = std::decay_t<T>;
  if constexpr (std::is_same_v<D, bool>)
    return std::type_identity<bool>{};
  else if constexpr (std::is_same_v<D, char>)
    return std::type_identity<char>{};
  else if constexpr (std::is_same_v<D, float>)
    return std::type_identity<float>{};
  else if constexpr (std::is_same_v<D, double>)
    return std::type_identity<double>{};
  else if constexpr (std::is_same_v<D, Json>)
    return std::type_identity<Json>{};
  else if constexpr (std::is_same_v<D, wchar_t> || std::is_same_v<D, char8_t> ||
                     std::is_same_v<D, char16_t> || std::is_same_v<D, char32_t>)
    return std::type_identity<void>{};
  else if constexpr (std::is_integral_v<D> && sizeof(D) <= 8)
    return std::conditional_t<std::is_signed_v<D>, std::type_identity<std::int64_t>,
                              std::type_identity<std::uint64_t>>{};
  else if constexpr (is_text_v<T>)
    return std::type_identity<std::string_view>{};
  else if constexpr (std::is_same_v<D, void*> || std::is_same_v<D, const void*> ||
                     std::is_same_v<D, std::nullptr_t>)
    return std::type_identity<const void*>{};
  else
    return std::type_identity<void>{};
}

template <class T>
using Stored = typename decltype(stored_type<T>())::type;

template <class S>
consteval Tag tag_of() {
  if constexpr (std::is_same_v<S, bool>)
    return Tag::boolean;
  else if constexpr (std::is_same_v<S, char>)
    return Tag::character;
  else if constexpr (std::is_same_v<S, std::int64_t>)
    return Tag::int64;
  else if constexpr (std::is_same_v<S, std::uint64_t>)
    return Tag::uint64;
  else if constexpr (std::is_same_v<S, float>)
    return Tag::float32;
  else if constexpr (std::is_same_v<S, double>)
    return Tag::float64;
  else if constexpr (std::is_same_v<S, const void*>)
    return Tag::pointer;
  else if constexpr (std::is_same_v<S, Json>)
    return Tag::json;
  else
    return Tag::string;
}

template <class... S>
struct SignatureOf {
  static constexpr Tag tags[sizeof...(S) + 1] = {tag_of<S>()..., Tag{}};
};

template <std::size_t Fields, class... S>
inline constexpr Signature signature_of{static_cast<std::uint8_t>(Fields),
                                        static_cast<std::uint8_t>(sizeof...(S) - Fields),
                                        SignatureOf<S...>::tags};

// Cuts at a character's boundary; says in `cut` that it did.
inline std::string_view trimmed(std::string_view text, std::size_t& budget, bool& cut) noexcept {
  if (text.size() > budget) {
    cut = true;
    std::size_t end = budget;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text = text.substr(0, end);
  }
  budget -= text.size();
  return text;
}

// A value that was formatted at once, because the journal has no raw form for its type.
struct FormattedNow {
  static constexpr std::size_t capacity = 1024;
  char text[capacity];
  std::size_t size = 0;
};

template <class T>
struct Prepared {
  using type = Stored<T>;
  type value;
  Prepared(const T& v, std::size_t& budget, bool& cut) noexcept : value() {
    if constexpr (std::is_same_v<type, std::string_view>) {
      if constexpr (std::is_pointer_v<std::decay_t<T>>) {
        const char* text = v;
        value = trimmed(text ? std::string_view(text) : std::string_view("(null)"), budget, cut);
      } else {
        value = trimmed(std::string_view(v), budget, cut);
      }
    } else if constexpr (std::is_same_v<type, Json>) {
      bool too_long = v.text.size() > budget;
      value = Json{too_long ? std::string_view("null") : v.text};
      cut = cut || too_long;
      budget -= value.text.size() < budget ? value.text.size() : budget;
    } else {
      value = static_cast<type>(v);
    }
  }
};

template <class T>
requires std::is_void_v<Stored<T>>
struct Prepared<T> {
  using type = std::string_view;
  FormattedNow now;
  std::string_view value;
  Prepared(const T& v, std::size_t& budget, bool& cut) : now(), value() {
    const auto end = fmt::format_to_n(now.text, FormattedNow::capacity, "{}", v);
    now.size = end.size < FormattedNow::capacity ? end.size : FormattedNow::capacity;
    cut = cut || end.size > FormattedNow::capacity;
    value = trimmed({now.text, now.size}, budget, cut);
  }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
};

template <class S>
inline std::size_t stored_bytes(const S& value) noexcept {
  if constexpr (std::is_same_v<S, std::string_view>)
    return 4 + value.size();
  else if constexpr (std::is_same_v<S, Json>)
    return 4 + value.text.size();
  else
    return 8;
}

inline void store_text(std::byte*& at, std::string_view text) noexcept {
  const auto size = static_cast<std::uint32_t>(text.size());
  std::memcpy(at, &size, 4);
  std::memcpy(at + 4, text.data(), text.size());
  at += 4 + text.size();
}

template <class S>
inline void store(std::byte*& at, const S& value) noexcept {
  if constexpr (std::is_same_v<S, std::string_view>) {
    store_text(at, value);
  } else if constexpr (std::is_same_v<S, Json>) {
    store_text(at, value.text);
  } else {
    std::uint64_t word = 0;
    std::memcpy(&word, &value, sizeof value);
    std::memcpy(at, &word, 8);
    at += 8;
  }
}

template <class S>
inline bool finite(const S& value) noexcept {
  if constexpr (std::is_floating_point_v<S>)
    return std::isfinite(value);
  else
    return true;
}

// Reserves, copies, publishes. The cut flags are references because preparing the other arguments
// of this call sets them.
template <class... P>
inline Outcome record_prepared(const Node& node, Type type, Level level, std::string_view format,
                               const Signature& signature, const FieldName* names,
                               const bool& cut_message, const bool& cut_data,
                               const P&... prepared) noexcept {
  const auto parts = static_cast<std::uint16_t>((cut_message ? part_cut_message : 0) |
                                                (cut_data ? part_cut_data : 0));
  const Reservation reservation = reserve(node, type, level, format, signature, names, parts,
                                          (std::size_t{0} + ... + stored_bytes(prepared.value)));
  if (reservation.at == nullptr) return reservation.outcome;
  [[maybe_unused]] std::byte* at = reservation.at;
  (store(at, prepared.value), ...);
  return publish(reservation);
}

template <class... F, class... A>
inline Outcome record_stored(const Node& node, Type type, Level level, std::string_view format,
                             const std::tuple<const Field<F>&...>& fields, bool cut_message,
                             const A&... args) {
  return std::apply(
      [&](const Field<F>&... field) {
        const FieldName names[] = {field.name..., FieldName("-")};
        [[maybe_unused]] std::size_t message_budget = max_message_bytes;
        [[maybe_unused]] std::size_t data_budget = max_data_bytes;
        bool cut_data = false;
        return record_prepared(node, type, level, format,
                               signature_of<sizeof...(F), typename Prepared<F>::type...,
                                            typename Prepared<A>::type...>,
                               names, cut_message, cut_data,
                               Prepared<F>(field.value, data_budget, cut_data)...,
                               Prepared<A>(args, message_budget, cut_message)...);
      },
      fields);
}

template <class... F, class... A>
inline Outcome record_fields(const Node& node, Type type, Level level, std::string_view format,
                             const std::tuple<const Field<F>&...>& fields,
                             const A&... args) noexcept try {
  std::string_view bad;
  std::apply(
      [&](const Field<F>&... field) {
        ((finite(field.value) ? void() : void(bad = {field.name.text, field.name.size})), ...);
      },
      fields);
  if (!bad.empty()) return drop(node, DropReason::bad_number, bad);
  if constexpr ((true && ... && !std::is_void_v<Stored<A>>)) {
    return record_stored(node, type, level, format, fields, false, args...);
  } else {
    char text[max_message_bytes];
    const auto end = fmt::format_to_n(text, sizeof text, fmt::runtime(format), args...);
    const bool cut = end.size > sizeof text;
    std::size_t budget = sizeof text;
    bool ignored = false;
    return record_stored(node, type, level, "{}", fields, cut,
                         trimmed({text, cut ? sizeof text : end.size}, budget, ignored));
  }
} catch (...) {
  return drop(node, DropReason::bad_format, format);
}

inline std::string_view text_of(fmt::string_view format) noexcept {
  return {format.data(), format.size()};
}

using RuntimeFormat = decltype(fmt::runtime(""));

}  // namespace detail

// A format string known only at run time does not compile: the journal refers to format strings
// by address, and fmt could not check it against the arguments' types.
template <class... T>
requires(std::is_same_v<std::remove_cvref_t<T>, detail::RuntimeFormat> || ...) Outcome
    record(const Node& node, Type type, Level level, T&&... rest)
= delete;

// Records one event: its type, its level, up to eight fields for `data`, and its message. An empty
// format string leaves the message out. Text longer than 16 KiB (fields: 64 KiB together) is cut
// at a character and data.truncated says so.
template <class... A>
inline Outcome record(const Node& node, Type type, Level level, fmt::format_string<A...> format,
                      const A&... args) noexcept {
  return detail::record_fields(node, type, level, detail::text_of(format), std::tuple<>(), args...);
}

template <class F1, class... A>
inline Outcome record(const Node& node, Type type, Level level, Field<F1> f1,
                      fmt::format_string<A...> format, const A&... args) noexcept {
  return detail::record_fields(node, type, level, detail::text_of(format),
                               std::tuple<const Field<F1>&>(f1), args...);
}

template <class F1, class F2, class... A>
inline Outcome record(const Node& node, Type type, Level level, Field<F1> f1, Field<F2> f2,
                      fmt::format_string<A...> format, const A&... args) noexcept {
  return detail::record_fields(node, type, level, detail::text_of(format),
                               std::tuple<const Field<F1>&, const Field<F2>&>(f1, f2), args...);
}

template <class F1, class F2, class F3, class... A>
inline Outcome record(const Node& node, Type type, Level level, Field<F1> f1, Field<F2> f2,
                      Field<F3> f3, fmt::format_string<A...> format, const A&... args) noexcept {
  return detail::record_fields(
      node, type, level, detail::text_of(format),
      std::tuple<const Field<F1>&, const Field<F2>&, const Field<F3>&>(f1, f2, f3), args...);
}

template <class F1, class F2, class F3, class F4, class... A>
inline Outcome record(const Node& node, Type type, Level level, Field<F1> f1, Field<F2> f2,
                      Field<F3> f3, Field<F4> f4, fmt::format_string<A...> format,
                      const A&... args) noexcept {
  return detail::record_fields(
      node, type, level, detail::text_of(format),
      std::tuple<const Field<F1>&, const Field<F2>&, const Field<F3>&, const Field<F4>&>(f1, f2, f3,
                                                                                         f4),
      args...);
}

template <class F1, class F2, class F3, class F4, class F5, class... A>
inline Outcome record(const Node& node, Type type, Level level, Field<F1> f1, Field<F2> f2,
                      Field<F3> f3, Field<F4> f4, Field<F5> f5, fmt::format_string<A...> format,
                      const A&... args) noexcept {
  return detail::record_fields(node, type, level, detail::text_of(format),
                               std::tuple<const Field<F1>&, const Field<F2>&, const Field<F3>&,
                                          const Field<F4>&, const Field<F5>&>(f1, f2, f3, f4, f5),
                               args...);
}

template <class F1, class F2, class F3, class F4, class F5, class F6, class... A>
inline Outcome record(const Node& node, Type type, Level level, Field<F1> f1, Field<F2> f2,
                      Field<F3> f3, Field<F4> f4, Field<F5> f5, Field<F6> f6,
                      fmt::format_string<A...> format, const A&... args) noexcept {
  return detail::record_fields(
      node, type, level, detail::text_of(format),
      std::tuple<const Field<F1>&, const Field<F2>&, const Field<F3>&, const Field<F4>&,
                 const Field<F5>&, const Field<F6>&>(f1, f2, f3, f4, f5, f6),
      args...);
}

template <class F1, class F2, class F3, class F4, class F5, class F6, class F7, class... A>
inline Outcome record(const Node& node, Type type, Level level, Field<F1> f1, Field<F2> f2,
                      Field<F3> f3, Field<F4> f4, Field<F5> f5, Field<F6> f6, Field<F7> f7,
                      fmt::format_string<A...> format, const A&... args) noexcept {
  return detail::record_fields(
      node, type, level, detail::text_of(format),
      std::tuple<const Field<F1>&, const Field<F2>&, const Field<F3>&, const Field<F4>&,
                 const Field<F5>&, const Field<F6>&, const Field<F7>&>(f1, f2, f3, f4, f5, f6, f7),
      args...);
}

template <class F1, class F2, class F3, class F4, class F5, class F6, class F7, class F8,
          class... A>
inline Outcome record(const Node& node, Type type, Level level, Field<F1> f1, Field<F2> f2,
                      Field<F3> f3, Field<F4> f4, Field<F5> f5, Field<F6> f6, Field<F7> f7,
                      Field<F8> f8, fmt::format_string<A...> format, const A&... args) noexcept {
  return detail::record_fields(
      node, type, level, detail::text_of(format),
      std::tuple<const Field<F1>&, const Field<F2>&, const Field<F3>&, const Field<F4>&,
                 const Field<F5>&, const Field<F6>&, const Field<F7>&, const Field<F8>&>(
          f1, f2, f3, f4, f5, f6, f7, f8),
      args...);
}

}  // namespace trace
