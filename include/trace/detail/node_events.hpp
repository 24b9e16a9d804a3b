// SPDX-License-Identifier: Apache-2.0
// The templates of Node: verbs that record PROGRESS, and the fields of the events of a node's life.
// Included by record.hpp. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <tuple>

#include <trace/record.hpp>

namespace trace {
namespace detail {

inline constexpr std::size_t most_fields = 8;

// A value as a tuple: what record() needs of it as a field, and as an argument of the message.
template <class T>
auto fields_in(const T& value) noexcept {
  if constexpr (is_field<T>) {
    return std::tuple<T>(value);
  } else {
    return std::tuple<>();
  }
}
template <class T>
auto arguments_in([[maybe_unused]] const T& value) noexcept {
  if constexpr (is_field<T>) {
    return std::tuple<>();
  } else {
    return std::tuple<const T&>(value);
  }
}

template <class... T>
[[gnu::always_inline]] inline Outcome record_progress(const Node& node, Level level,
                                                      fmt::string_view format,
                                                      const T&... values) noexcept {
  constexpr std::size_t fields = (std::size_t{0} + ... + std::size_t{is_field<T>});
  static_assert(fields <= most_fields, "an event has at most eight fields");
  if constexpr (fields > most_fields) {
    return Outcome::dropped;
  } else if constexpr (fields == 0) {
    return record_fields<Texts::raw>(node, Type::progress, level, format, std::tie(), values...);
  } else {
    auto all_fields = std::tuple_cat(fields_in(values)...);
    return std::apply(
        [&](auto&... field) {
          return std::apply(
              [&](const auto&... arguments) {
                return record_fields<Texts::raw>(node, Type::progress, level, format,
                                                 std::tie(field...), arguments...);
              },
              std::tuple_cat(arguments_in(values)...));
        },
        all_fields);
  }
}

// Records a whole event with fields in addition to those of its `data`. Events of a node's life do
// not take the fast path.
template <class... F>
Outcome record_with_fields(NodeBase* node, const EventBody& body,
                           const Field<F>&... fields) noexcept try {
  static_assert(sizeof...(F) <= most_fields, "an event has at most eight fields");
  std::string_view bad;
  ((finite(fields.value) ? void() : void(bad = {fields.name.text, fields.name.size})), ...);
  if (!bad.empty()) {
    if (body.type == Type::progress) return drop(node, DropReason::bad_number, bad);
    // A ratio of 0/0 must not cost the node its end: the fields are left out.
    return record_body(node, body, signature_of<0>, nullptr, false, {});
  }
  const std::array<FieldName, sizeof...(F)> names{fields.name...};
  std::size_t budget = max_data_bytes;
  bool cut = false;
  const auto record_prepared_fields = [&](const auto&... prepared) {
    const std::array<OutgoingValue, sizeof...(F)> values{outgoing(prepared.value, cut)...};
    return record_body(node, body, signature_of<sizeof...(F), typename Prepared<F>::type...>,
                       names.data(), cut, values);
  };
  return record_prepared_fields(Prepared<F>(fields.value, budget, cut)...);
} catch (...) {
  return drop(node, DropReason::bad_format, "a field");
}

}  // namespace detail

template <class... F>
void Node::started(const Field<F>&... fields) noexcept {
  detail::record_with_fields(state_.get(), {.type = Type::started}, fields...);
}

template <class... F>
void Node::completed(const Field<F>&... fields) noexcept {
  detail::record_with_fields(state_.get(), {.type = Type::completed}, fields...);
}

template <class... F>
void Node::completed(std::string_view output, const Field<F>&... fields) noexcept {
  const std::optional<std::string> summary = summary_of(output);
  detail::record_with_fields(state_.get(), {.type = Type::completed, .output_summary = summary},
                             fields...);
}

template <class... F>
void Node::failed(const Failure& failure, const Field<F>&... fields) noexcept {
  const detail::FailureEvent event(state_.get(), failure);
  detail::record_with_fields(state_.get(), event.body(), fields...);
}

template <class... A>
inline Outcome Node::debug(detail::EventFormat<std::type_identity_t<A>...> format,
                           const A&... values) const noexcept {
  return detail::record_progress(*this, Level::debug, format.text, values...);
}

template <class... A>
inline Outcome Node::info(detail::EventFormat<std::type_identity_t<A>...> format,
                          const A&... values) const noexcept {
  return detail::record_progress(*this, Level::info, format.text, values...);
}

template <class... A>
inline Outcome Node::warn(detail::EventFormat<std::type_identity_t<A>...> format,
                          const A&... values) const noexcept {
  return detail::record_progress(*this, Level::warn, format.text, values...);
}

template <class... A>
inline Outcome Node::error(detail::EventFormat<std::type_identity_t<A>...> format,
                           const A&... values) const noexcept {
  return detail::record_progress(*this, Level::error, format.text, values...);
}

}  // namespace trace
