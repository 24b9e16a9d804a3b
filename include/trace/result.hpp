// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value, or a list of everything that is wrong with the input.
//
// Set-up and parsing return a Result that lists every invalid field at once, so that a
// configuration can be corrected in one go. Nothing in this header allocates on success.
// Thread-safety: that of the contained value; there is no shared state.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <trace/export.hpp>

namespace trace {

// One invalid field: its name as the caller wrote it (an environment variable, a JSON path such as
// "error.code") and the rule that it violates, phrased so that it says what to do.
struct FieldError {
  std::string field;
  std::string message;
};

// All errors, in the order in which they were found. Never empty in a failed Result.
class Error {
 public:
  Error(std::string field, std::string message) { add(std::move(field), std::move(message)); }
  explicit Error(std::vector<FieldError> fields) : fields_(std::move(fields)) {}

  void add(std::string field, std::string message) {
    fields_.push_back({std::move(field), std::move(message)});
  }

  const std::vector<FieldError>& fields() const noexcept { return fields_; }

  // "field: message; field: message" on one line.
  std::string text() const {
    std::string out;
    for (const auto& [field, message] : fields_) {
      if (!out.empty()) out += "; ";
      if (!field.empty()) out.append(field).append(": ");
      out += message;
    }
    return out;
  }

 private:
  std::vector<FieldError> fields_;
};

// Either a T or an Error. Dereferencing a failed Result throws std::bad_variant_access.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }

  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace trace
