// SPDX-License-Identifier: Apache-2.0
#include "secrets/known_secrets.hpp"

#include <unistd.h>

#include <string>
#include <utility>

#include "config/environment.hpp"
#include "secrets/frequent_words.hpp"

namespace trace::detail::secrets {
namespace {

// Many variables contain the path of a secret's file; the path is not a secret.
bool is_path(const std::string& value) {
  return value.starts_with('/') && access(value.c_str(), F_OK) == 0;
}

}  // namespace

std::shared_ptr<Secrets> known_secrets(const std::vector<Credential>& credentials,
                                       bool with_environment, std::string& complaints) {
  std::vector<std::string> names;
  std::vector<std::string> values;
  const auto add = [&](std::string_view name, std::string value) {
    names.emplace_back(name);
    values.push_back(std::move(value));
  };
  for (const auto& [name, value] : credentials) add(name, value);
  if (with_environment) {
    for (auto& [name, value] : config::environment_variables()) {
      if (value.empty() || !is_secret_name(name) || is_path(value)) continue;
      if (is_frequent_word(value)) {
        complaints += (complaints.empty() ? "" : "; ") + name +
                      " is a common word and is NOT redacted; add_secret() accepts it";
      } else {
        add(name, std::move(value));
      }
    }
  }
  auto secrets = std::make_shared<Secrets>();
  const std::vector<AddSecretResult> results = secrets->add(values);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i] == AddSecretResult::added || results[i] == AddSecretResult::known) continue;
    complaints += (complaints.empty() ? "" : "; ") + names[i] + " ";
    complaints += text(results[i]);
  }
  return secrets;
}

}  // namespace trace::detail::secrets
