// SPDX-License-Identifier: Apache-2.0
// Crash messages of Rust, C++ and the sanitizers of gcc and clang.
#include "levels/stack_trace_shape.hpp"
#include "text/ascii.hpp"

namespace trace::detail::levels {
namespace {

// "   0: core::panicking::panic", "             at /rustc/…", "  left: 1"
bool is_in_rust_body(std::string_view line) noexcept {
  const std::string_view text = text::without_blanks_before(line);
  if (text.size() == line.size()) return text == "stack backtrace:";
  const std::size_t digits = text::length_of(text, text::is_digit);
  return (digits > 0 && text::from(text, digits).starts_with(": ")) || text.starts_with("at ") ||
         text.starts_with("left: ") || text.starts_with("right: ");
}

bool ends_rust(std::string_view line) noexcept {
  return line.starts_with("fatal runtime error: ") ||
         (line.starts_with("note: ") && line.find("`RUST_BACKTRACE=") != std::string_view::npos);
}

// After the "==123==" of a sanitizer; empty if there is none.
std::string_view behind_pid(std::string_view line) noexcept {
  if (!line.starts_with("==")) return {};
  const std::size_t digits = text::length_of(text::from(line, 2), text::is_digit);
  const std::string_view rest = text::from(line, 2 + digits);
  return digits > 0 && rest.starts_with("==") ? text::from(rest, 2) : std::string_view();
}

bool is_in_report(std::string_view line) noexcept {
  constexpr std::string_view beginnings[] = {"  ",
                                             "READ of size ",
                                             "WRITE of size ",
                                             "0x",
                                             "freed by thread ",
                                             "HINT: ",
                                             "previously allocated by ",
                                             "allocated by ",
                                             "Address 0x",
                                             "Direct leak of ",
                                             "Thread T",
                                             "Indirect leak of ",
                                             "AddressSanitizer can not "};
  if (line.empty() || !behind_pid(line).empty()) return true;
  for (const std::string_view beginning : beginnings) {
    if (line.starts_with(beginning)) return true;
  }
  return false;
}

bool is_in_shadow(std::string_view line) noexcept {
  return line.starts_with("  ") || line.starts_with("=>0x") ||
         line.starts_with("Shadow byte legend");
}

StackTracePlace goes_on_sanitizer(StackTracePlace place, std::string_view line) noexcept {
  if (behind_pid(line) == "ABORTING") return StackTracePlace::ended;
  switch (place) {
    case StackTracePlace::sanitizer_report:
      if (line.starts_with("SUMMARY: ")) return StackTracePlace::sanitizer_summary;
      return is_in_report(line) ? StackTracePlace::sanitizer_report : StackTracePlace::none;
    case StackTracePlace::sanitizer_summary:
      return line.starts_with("Shadow bytes around ") ? StackTracePlace::sanitizer_shadow
                                                      : StackTracePlace::none;
    default:
      return is_in_shadow(line) ? StackTracePlace::sanitizer_shadow : StackTracePlace::none;
  }
}

}  // namespace

StackTracePlace opens_native(std::string_view line) noexcept {
  switch (line.front()) {
    case 't':
      if (line.starts_with("terminate called ")) return StackTracePlace::cpp_head;
      if (!line.starts_with("thread '")) return StackTracePlace::none;
      if (line.find(" has overflowed its stack") != line.npos) return StackTracePlace::rust_body;
      if (line.find(" panicked at ") == line.npos) return StackTracePlace::none;
      // Until Rust 1.73 the message was on the same line.
      return line.back() == ':' ? StackTracePlace::rust_head : StackTracePlace::rust_body;
    case '=': {
      const std::string_view text = behind_pid(line);
      return text.starts_with("ERROR: ") && text.find("Sanitizer: ") != line.npos
                 ? StackTracePlace::sanitizer_report
                 : StackTracePlace::none;
    }
    default:
      return StackTracePlace::none;
  }
}

StackTracePlace goes_on_native(StackTracePlace place, std::string_view line) noexcept {
  switch (place) {
    case StackTracePlace::rust_head:
      return StackTracePlace::rust_body;  // the message, whatever it is
    case StackTracePlace::rust_body:
      if (ends_rust(line)) return StackTracePlace::ended;
      return is_in_rust_body(line) ? StackTracePlace::rust_body : StackTracePlace::none;
    case StackTracePlace::cpp_head:
      return line.starts_with("  what():") ? StackTracePlace::ended : StackTracePlace::none;
    case StackTracePlace::sanitizer_report:
    case StackTracePlace::sanitizer_summary:
    case StackTracePlace::sanitizer_shadow:
      return goes_on_sanitizer(place, line);
    default:
      return StackTracePlace::none;
  }
}

}  // namespace trace::detail::levels
