// SPDX-License-Identifier: Apache-2.0
#include "emitter/commands/child_environment.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "emitter/output/text.hpp"

namespace trace::cli::commands {
namespace {

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

// version "-" trace-id "-" parent-id "-" flags; later versions may append more after a dash.
bool is_traceparent(std::string_view text) {
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const std::string_view version = text.substr(0, 2);
  const std::string_view trace_id = text.substr(3, 32);
  const std::string_view parent_id = text.substr(36, 16);
  if (!is_hex(version) || version == "ff" || !is_hex(text.substr(53, 2))) return false;
  if (!is_hex(trace_id) || is_zero(trace_id)) return false;
  if (!is_hex(parent_id) || is_zero(parent_id)) return false;
  return text.size() == 55 || (version != "00" && text[55] == '-');
}

void set(const char* name, const std::string& value) { setenv(name, value.c_str(), 1); }

// The child may change its working directory.
std::string absolute(const std::string& path) {
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error);
  return error ? path : whole.string();
}

}  // namespace

std::string traceparent() {
  const char* value = std::getenv("TRACEPARENT");
  return value != nullptr && is_traceparent(value) ? value : "";
}

std::optional<std::string> with_traceparent(const std::optional<std::string>& data) {
  const std::string parent = traceparent();
  if (parent.empty()) return data;
  const std::string member = "\"traceparent\":" + output::json_string(parent);
  if (!data) return "{" + member + "}";
  // If a key occurs twice, the last one counts.
  const std::size_t begin = data->find('{') + 1;
  const bool is_empty = data->find_first_not_of(" \t\r\n", begin) == data->find('}', begin);
  return std::string(*data).insert(begin, is_empty ? member : member + ",");
}

void set_child_environment(const ChildOptions& options, const Config& config) {
  const bool is_file = config.transport == "file";
  set("SHIPTRACE_RUN", options.node.run);
  set("SHIPTRACE_NODE", options.node.node);
  set("SHIPTRACE_ENDPOINT", is_file ? absolute(config.endpoint) : config.endpoint);
  const SharedOptions& shared = options.shared;
  if (!shared.transport.empty()) set("SHIPTRACE_TRANSPORT", shared.transport);
  if (!shared.journal_dir.empty()) set("SHIPTRACE_JOURNAL_DIR", absolute(shared.journal_dir));
  if (!shared.token_file.empty()) {
    set("SHIPTRACE_TOKEN_FILE", absolute(shared.token_file));
    unsetenv("SHIPTRACE_TOKEN");  // which the option overrides
  }
}

std::vector<std::string> container_variables(const std::vector<std::string>& given,
                                             const Config& config) {
  std::vector<std::string> names{"SHIPTRACE_RUN", "SHIPTRACE_NODE"};
  // The daemon shows the values of variables; user:password in a URL is a secret.
  if (config.endpoint.find('@') == std::string::npos) names.emplace_back("SHIPTRACE_ENDPOINT");
  if (!traceparent().empty()) names.emplace_back("TRACEPARENT");
  std::erase_if(names, [&](const std::string& name) {
    return std::find(given.begin(), given.end(), name) != given.end();
  });
  return names;
}

}  // namespace trace::cli::commands
