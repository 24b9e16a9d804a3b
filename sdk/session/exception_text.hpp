// SPDX-License-Identifier: Apache-2.0
// exception_text(): an exception as text, for Node::failed(). Any thread.
#pragma once

#include <exception>
#include <string>

namespace trace::detail::session {

struct ExceptionText {
  std::string what;  // texts of nested exceptions follow after ": "; never empty
  std::string type;  // the outermost one's, as in the source; empty if there is no exception
};

// Throws std::bad_alloc.
ExceptionText exception_text(const std::exception_ptr& exception);

}  // namespace trace::detail::session
