// What redaction has to answer, worked out by the simplest means: every occurrence of every form is
// marked, and each marked part replaced. Shares nothing with the implementation. Used by the tests
// and the fuzz target of redaction, on one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trace::testing {

// Forms are of symbols: small letters for letters of any case, + for - as well, / for _. A space
// stands for white space of 1 to 128 bytes. A form without one may be broken into lines: behind 16
// characters without white space, or behind a '='.
std::string redacted_by_oracle(const std::vector<std::string>& forms, std::string_view text);

// Whether the form occurs anywhere in the text.
bool occurs(std::string_view form, std::string_view text);

}  // namespace trace::testing
