// SPDX-License-Identifier: Apache-2.0
// The bytes of a file, or of stdin for "-". Main thread.
#pragma once

#include <trace/result.hpp>

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace trace::cli::input {

// Calls back for each piece as soon as it is there, until the end of the file or a stop request.
// The Error says why the file cannot be read; so does that of read_file().
Result<bool> read_pieces(const std::string& path,
                         const std::function<void(std::string_view)>& on_piece,
                         const std::stop_token& stop = {});

// The whole file.
Result<std::string> read_file(const std::string& path);

}  // namespace trace::cli::input
