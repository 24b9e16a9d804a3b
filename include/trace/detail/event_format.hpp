// SPDX-License-Identifier: Apache-2.0
// EventFormat: the format string of Node::info() and its like, whose arguments are the values of
// the message and, among them or after them, fields. Checked at compile time against the values
// that are not fields. Only literals convert to it, because the journal refers to format strings by
// address.
#pragma once

#include <fmt/core.h>

#include <cstddef>
#include <type_traits>

#include <trace/field.hpp>

namespace trace::detail {

template <class T>
inline constexpr bool is_field = false;
template <class T>
inline constexpr bool is_field<Field<T>> = true;

template <class... T>
struct TypeList {};

// fmt's format string for the types that are not fields.
template <class Arguments, class... Rest>
struct FormatWithoutFields;
template <class... A>
struct FormatWithoutFields<TypeList<A...>> {
  using type = fmt::format_string<A...>;
};
template <class... A, class T, class... Rest>
struct FormatWithoutFields<TypeList<A...>, T, Rest...>
    : FormatWithoutFields<std::conditional_t<is_field<T>, TypeList<A...>, TypeList<A..., T>>,
                          Rest...> {};

template <class... T>
struct EventFormat {
  template <std::size_t N>
  consteval EventFormat(const char (&literal)[N])  // NOLINT: implicit
      : text(literal) {}
  typename FormatWithoutFields<TypeList<>, T...>::type text;
};

}  // namespace trace::detail
