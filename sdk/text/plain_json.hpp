// SPDX-License-Identifier: Apache-2.0
// write_plain_json(): checks and minifies JSON in one pass if it is plain, as most of it is. Used
// by the plans of call sites for JSON fields; everything else goes through
// contract/json_repair.hpp, which gives the same for plain JSON. Pure function, safe on any thread.
#pragma once

#include <string_view>

namespace trace::detail::text {

// Writes the value without white space between its parts; returns its end. Null if the text is not
// JSON, is nested more than 32 levels deep, or contains an escape or invalid UTF-8; then up to
// text.size() bytes and the padding of write_escaped() may have been overwritten.
char* write_plain_json(char* to, std::string_view json) noexcept;

}  // namespace trace::detail::text
