// SPDX-License-Identifier: Apache-2.0
// The bytes of a file, or of stdin for "-", in pieces. Main thread.
#pragma once

#include <trace/result.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace trace::cli::input {

// Calls back for each piece. The Error says why the file cannot be read.
Result<bool> read_pieces(const std::string& path,
                         const std::function<void(std::string_view)>& on_piece);

}  // namespace trace::cli::input
