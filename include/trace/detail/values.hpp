// SPDX-License-Identifier: Apache-2.0
// Encoding of the arguments of one record() call in the journal's raw form: trimmed, sized and
// copied on the caller's thread, formatted later on the shipper's.
#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include <trace/export.hpp>
#include <trace/field.hpp>

namespace trace::detail {

inline constexpr std::size_t max_message_bytes = 16 * 1024;
inline constexpr std::size_t max_data_bytes = 64 * 1024;

// Encoding of a raw argument. Part of the journal's format.
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

// The argument types of one call, fields first. One static object per instantiation; its address is
// part of a call site's identity.
struct Signature {
  std::uint8_t fields;
  std::uint8_t arguments;
  const Tag* tags;
};

template <class T>
inline constexpr bool is_text_v = std::is_convertible_v<const T&, std::string_view>;

template <class T, class... Of>
inline constexpr bool is_one_of = (std::is_same_v<T, Of> || ...);

// The type that a T is stored as; void: it has no raw form and is formatted by the caller.
template <class T>
consteval auto stored_type() {
  using D = std::decay_t<T>;
  if constexpr (is_one_of<D, bool, char, float, double, Json>)
    return std::type_identity<D>{};
  else if constexpr (is_one_of<D, wchar_t, char8_t, char16_t, char32_t>)
    return std::type_identity<void>{};
  else if constexpr (std::is_integral_v<D> && sizeof(D) <= 8)
    return std::conditional_t<std::is_signed_v<D>, std::type_identity<std::int64_t>,
                              std::type_identity<std::uint64_t>>{};
  else if constexpr (is_text_v<T>)
    return std::type_identity<std::string_view>{};
  else if constexpr (is_one_of<D, void*, const void*, std::nullptr_t>)
    return std::type_identity<const void*>{};
  else
    return std::type_identity<void>{};
}

template <class T>
using Stored = typename decltype(stored_type<T>())::type;

template <class S, class... InOrder>
consteval Tag tag_among() {
  unsigned tag = 0;
  (void)((++tag, std::is_same_v<S, InOrder>) || ...);
  return static_cast<Tag>(tag);
}

// The stored types in the order of their tags.
template <class S>
consteval Tag tag_of() {
  return tag_among<S, bool, char, std::int64_t, std::uint64_t, float, double, std::string_view,
                   const void*, Json>();
}

template <class... S>
struct SignatureOf {
  static constexpr Tag tags[sizeof...(S) + 1] = {tag_of<S>()..., Tag{}};
};

template <std::size_t Fields, class... S>
inline constexpr Signature signature_of{static_cast<std::uint8_t>(Fields),
                                        static_cast<std::uint8_t>(sizeof...(S) - Fields),
                                        SignatureOf<S...>::tags};

// Truncates between characters; sets `cut` if it did.
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

// Formatted on the caller's thread, because its type has no raw form.
template <class T>
requires std::is_void_v<Stored<T>>
struct Prepared<T> {
  using type = std::string_view;
  char text[1024];
  std::string_view value;
  Prepared(const T& v, std::size_t& budget, bool& cut) : value() {
    const auto end = fmt::format_to_n(text, sizeof text, "{}", v);
    cut = cut || end.size > sizeof text;
    value = trimmed({text, std::min(end.size, sizeof text)}, budget, cut);
  }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
};

template <class S>
inline constexpr bool is_stored_text =
    std::is_same_v<S, std::string_view> || std::is_same_v<S, Json>;

template <class S>
inline std::size_t stored_bytes(const S& value) noexcept {
  if constexpr (std::is_same_v<S, std::string_view>)
    return 4 + value.size();
  else if constexpr (std::is_same_v<S, Json>)
    return 4 + value.text.size();
  else
    return 8;
}

// Faster than memcpy() from this size on.
inline constexpr std::size_t shortest_long_text = 128;
SHIPTRACE_API void copy_long_text(std::byte* to, const char* from, std::size_t size) noexcept;

inline void store_text(std::byte*& at, std::string_view text) noexcept {
  const auto size = static_cast<std::uint32_t>(text.size());
  std::memcpy(at, &size, 4);
  if (text.size() < shortest_long_text) [[likely]] {
    std::memcpy(at + 4, text.data(), text.size());
  } else {
    copy_long_text(at + 4, text.data(), text.size());
  }
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

// How redaction has to treat a text.
enum class TextSort : std::uint8_t {
  whole,
  cut,   // truncated: a prefix of a secret at its end is removed as well
  json,  // a JSON value
};

// Whether the texts of an event still have to be searched for secrets.
enum class Texts : std::uint8_t { raw, redacted };

// A value of an event that is about to be copied into the journal. Texts are searched for secrets
// before.
struct OutgoingValue {
  std::string_view text = {};
  TextSort sort = TextSort::whole;
  bool is_text = true;
  bool has_secret = false;
  std::size_t bytes = 8;   // in the journal; of a text without its length
  std::uint64_t word = 0;  // a value that is not a text
};

inline OutgoingValue outgoing(std::string_view text, bool cut) noexcept {
  return {.text = text, .sort = cut ? TextSort::cut : TextSort::whole, .bytes = text.size()};
}

inline OutgoingValue outgoing(const Json& json, bool) noexcept {
  return {.text = json.text, .sort = TextSort::json, .bytes = json.text.size()};
}

template <class S>
inline OutgoingValue outgoing(const S& value, bool) noexcept {
  OutgoingValue out{.is_text = false};
  std::memcpy(&out.word, &value, sizeof value);
  return out;
}

}  // namespace trace::detail
