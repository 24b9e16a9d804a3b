// Words that stand in every second log although somebody uses them as a password. Pure function,
// safe on any thread; asked when a secret is added.
#pragma once

#include <string_view>

namespace trace::detail::secrets {

// In any case.
bool is_frequent_word(std::string_view value) noexcept;

}  // namespace trace::detail::secrets
