// SPDX-License-Identifier: Apache-2.0
// The bytes of a file, or of stdin for "-". Main thread.
#pragma once

#include <trace/result.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace trace::cli::input {

// Calls back for each piece. The Error says why the file cannot be read; so does that of
// read_file().
Result<bool> read_pieces(const std::string& path,
                         const std::function<void(std::string_view)>& on_piece);

// The whole file.
Result<std::string> read_file(const std::string& path);

}  // namespace trace::cli::input
