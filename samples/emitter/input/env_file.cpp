// SPDX-License-Identifier: Apache-2.0
#include "emitter/input/env_file.hpp"

#include <trace/redaction.hpp>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "emitter/input/input_file.hpp"

namespace trace::cli::input {
namespace {

// The parts of NAME=VALUE; an empty name for any other line.
std::pair<std::string_view, std::string_view> variable_of(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos || line[begin] == '#') return {};
  line.remove_prefix(begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return {};
  return {line.substr(0, equals), line.substr(equals + 1)};
}

bool is_path(std::string_view value) {
  std::error_code error;
  return value.starts_with('/') && std::filesystem::exists(value, error);
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> secrets_of_env_file(
    const std::string& path) {
  std::string text;
  if (auto read = read_pieces(path, [&](std::string_view piece) { text += piece; }); !read) {
    return read.error();
  }
  std::vector<std::pair<std::string, std::string>> secrets;
  std::string_view rest = text;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const auto [name, value] = variable_of(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (value.empty() || !is_secret_name(name) || is_path(value)) continue;
    secrets.emplace_back(name, value);
  }
  return secrets;
}

}  // namespace trace::cli::input
