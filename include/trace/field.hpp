// SPDX-License-Identifier: Apache-2.0
// Fields: named values for an event's `data`, as arguments of record().
#pragma once

#include <cstddef>
#include <string_view>

#include <trace/export.hpp>

namespace trace {

// JSON text as a field's value: field("hosts", trace::Json{"[1,2]"}). Text that is not valid JSON
// is sent as a string. Copied by record().
struct Json {
  std::string_view text;
};

// The name of a field: a string literal.
struct FieldName {
  template <std::size_t N>
  consteval FieldName(const char (&literal)[N])  // NOLINT: implicit
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

// Names a value for `data`; at most eight per event. Numbers, booleans and text keep their JSON
// type; any other type is formatted with "{}". The value must outlive the call of record().
template <class T>
constexpr Field<T> field(FieldName name, const T& value) noexcept {
  return {name, value};
}

}  // namespace trace
