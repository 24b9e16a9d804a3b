// SPDX-License-Identifier: Apache-2.0
#include "session/exception_text.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <typeinfo>
#include <utility>

namespace trace::detail::session {
namespace {

// Bounds the time for a chain that grows without end.
constexpr unsigned most_nested = 64;

std::string name_of(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? name.get() : type.name();
}

// The one that this handler handles.
std::string type_of_current() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  return type == nullptr ? "an unknown type" : name_of(*type);
}

// The exception that `outer` was thrown with; null if there is none.
std::exception_ptr nested_in(const std::exception& outer) {
  const auto* with = dynamic_cast<const std::nested_exception*>(&outer);
  return with == nullptr ? nullptr : with->nested_ptr();
}

}  // namespace

ExceptionText exception_text(const std::exception_ptr& exception) {
  ExceptionText text;
  std::exception_ptr next = exception;
  for (unsigned depth = 0; next != nullptr && depth < most_nested; ++depth) {
    const auto add = [&](const std::string& type, const char* what) {
      if (depth == 0) text.type = type;
      text.what += depth == 0 ? "" : ": ";
      text.what +=
          what != nullptr && *what != '\0' ? std::string(what) : "an exception of the type " + type;
    };
    try {
      std::rethrow_exception(std::exchange(next, nullptr));
    } catch (const std::exception& error) {
      add(name_of(typeid(error)), error.what());
      next = nested_in(error);
    } catch (const std::string& words) {
      add(type_of_current(), words.c_str());
    } catch (const char* words) {
      add(type_of_current(), words);
    } catch (...) {
      add(type_of_current(), nullptr);
    }
  }
  if (text.what.empty()) text.what = "failed without an exception";
  return text;
}

}  // namespace trace::detail::session
