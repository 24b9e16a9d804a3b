// SPDX-License-Identifier: Apache-2.0
// Keys of `data` that readers of the contract interpret (docs/contract.md, Reserved keys of data).
// A value of another type makes such a reader refuse the whole envelope, or hides the other
// members, so the encoder moves it to `data.fields`. It also reads and adds the number of an
// attempt. Pure functions, safe on any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trace::detail::contract {

bool is_reserved_key(std::string_view key) noexcept;

// The functions below get the minified text of a valid JSON object.

// The object with the members of reserved keys that have another type than readers expect moved
// into the member "fields". If that exists and is not an object, it is moved there as well.
std::string with_reserved_moved(std::string_view object);

// The value of "attempt" if it is an integer from 1 on.
std::optional<std::uint32_t> attempt_in(std::string_view object);

// The object with the number of the attempt where readers look for it: in `_metadata`, and for
// those that take `_payload` for the whole data beside `_metadata`, with a copy of the object in
// it.
std::string with_metadata(std::string_view object, std::uint32_t attempt);

}  // namespace trace::detail::contract
