// SPDX-License-Identifier: Apache-2.0
// Words that are common in logs although people use them as passwords. Pure function, safe on any
// thread; called when a secret is added.
#pragma once

#include <string_view>

namespace trace::detail::secrets {

// In any case.
bool is_frequent_word(std::string_view value) noexcept;

}  // namespace trace::detail::secrets
