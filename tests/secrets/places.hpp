// SPDX-License-Identifier: Apache-2.0
// The places where a secret could have got to, as one text each to look through. One thread.
#pragma once

#include <string>

namespace trace::testing {

// Every file below the directory, its name in front of what it holds.
std::string content_of_all(const std::string& directory);

// Every value of every table of a SQLite database: a value that spans several pages is complete
// here.
std::string values_of(const std::string& database);

// JSON strings without one level of escapes, where there is one.
std::string unescaped(const std::string& text);

}  // namespace trace::testing
