// The secrets in a file for --env-file, whose variables become known to redaction as those of our
// own environment do: by their names. Main thread.
#pragma once

#include <trace/result.hpp>

#include <string>
#include <utility>
#include <vector>

namespace trace::cli {

// Name and value of each variable whose name is that of a secret, as the docker client reads them:
// a line each, NAME=VALUE, the value as it stands there; # begins a comment. A value that is the
// path of an existing file is none. A line without = names a variable of our own environment.
Result<std::vector<std::pair<std::string, std::string>>> secrets_of_env_file(
    const std::string& path);

}  // namespace trace::cli
