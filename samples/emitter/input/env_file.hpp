// SPDX-License-Identifier: Apache-2.0
// The secrets in a file for --env-file: as in our own environment, the values of variables whose
// names are those of secrets are redacted. Main thread.
#pragma once

#include <trace/result.hpp>

#include <string>
#include <utility>
#include <vector>

namespace trace::cli::input {

// Name and value of each variable whose name is that of a secret, parsed as the docker client does:
// NAME=VALUE lines, the value verbatim; # begins a comment; a line without = names a variable of
// our own environment. Paths of existing files are left out: they are not secret.
Result<std::vector<std::pair<std::string, std::string>>> secrets_of_env_file(
    const std::string& path);

}  // namespace trace::cli::input
