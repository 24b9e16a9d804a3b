// SPDX-License-Identifier: Apache-2.0
// JSON on several lines, for people. Pure function, safe on any thread.
//
// Works on the text: a JSON library would rewrite numbers (1.10 becomes 1.1E0)
// (docs/decisions/0027-what-stays-hand-written.md).
#pragma once

#include <string>
#include <string_view>

namespace trace::cli::output {

// `json` must be a valid document. Its values and the order of its members are unchanged.
std::string indented_json(std::string_view json);

}  // namespace trace::cli::output
