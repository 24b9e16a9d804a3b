// SPDX-License-Identifier: Apache-2.0
// The ways on which text gets into what a session sends, by the words that stand in front of the
// probes on them, and the probes themselves: "<channel>.<form>:" in front of a form of the secret
// and "~" behind it. Shared by the worker that records them and the test that looks for them.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "support/secret_forms.hpp"

namespace trace::testing {

// Each of them carries every form.
inline constexpr std::string_view channels[] = {
    "argument",   // string argument of record()
    "field",      // field of record()
    "json",       // JSON field of record()
    "message",    // EventBody
    "data",       //
    "summary",    //
    "error",      // Failure
    "code",       //
    "stack",      //
    "text",       // output of a node that is text
    "output",     // output of a node that is JSON
    "stream",     // Node::stream(), a byte at a time
    "kept",       // Node::stream() that is still open, in the tail
    "stdout",     // of a child, in small writes
    "stderr",     //
    "argv",       // of a child
    "result",     // of a child: the JSON that it prints
    "program",    // name of a missing file
    "directory",  // name of a missing directory
};

// The value of this variable is a secret because of the variable's name; the child prints it.
inline constexpr const char* secret_variable = "SHIPTRACE_PROBE_PASSWORD";
inline constexpr std::string_view secret_of_variable = "value-0f-the-env1ronment";

inline std::string probe(std::string_view channel, std::size_t form) {
  return fmt::format("{}.{}:{}~", channel, form, forms[form].text);
}
// What must be there instead.
inline std::string redacted_probe(std::string_view channel, std::size_t form) {
  return fmt::format("{}.{}:[REDACTED]~", channel, form);
}

}  // namespace trace::testing
