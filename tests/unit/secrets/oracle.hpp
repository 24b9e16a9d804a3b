// SPDX-License-Identifier: Apache-2.0
// The expected result of redaction, by the simplest algorithm: every occurrence of every form is
// marked, and each marked part replaced. Shares nothing with the implementation. Used by the tests
// and the fuzz target of redaction, on one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trace::testing {

// Forms are of symbols: small letters for letters of any case, + for - as well, / for _. A space
// matches white space of 1 to 128 bytes. A form without one may be broken into lines: after 16
// characters without white space, or after a '='.
std::string redacted_by_oracle(const std::vector<std::string>& forms, std::string_view text);

// Whether the form occurs anywhere in the text.
bool occurs(std::string_view form, std::string_view text);

}  // namespace trace::testing
