#include "secrets/known_secrets.hpp"

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "config/environment.hpp"
#include "secrets/frequent_words.hpp"

namespace trace::detail::secrets {
namespace {

// The beginning of a token file; a longer one holds no token.
std::string contents_of(const std::string& path) {
  std::string text(64 * 1024, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

// Many variables name the file that holds the secret. What is there is no secret by itself.
bool is_path(const std::string& value) {
  return value.starts_with('/') && access(value.c_str(), F_OK) == 0;
}

}  // namespace

std::shared_ptr<Secrets> known_secrets(const Config& config, std::string& complaints) {
  std::vector<std::string> names;
  std::vector<std::string> values;
  const auto add = [&](std::string_view name, std::string value) {
    names.emplace_back(name);
    values.push_back(std::move(value));
  };
  if (!config.token.empty()) add("token", config.token);
  if (!config.token_file.empty()) add("token_file", contents_of(config.token_file));
  if (config.redact_environment) {
    for (auto& [name, value] : config::environment_variables()) {
      if (value.empty() || !is_secret_name(name) || is_path(value)) continue;
      if (is_frequent_word(value)) {
        complaints += (complaints.empty() ? "" : "; ") + name +
                      " is a common word and is NOT redacted; add_secret() takes it all the same";
      } else {
        add(name, std::move(value));
      }
    }
  }
  auto secrets = std::make_shared<Secrets>();
  const std::vector<SecretAnswer> answers = secrets->add(values);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i] == SecretAnswer::added || answers[i] == SecretAnswer::known) continue;
    complaints += (complaints.empty() ? "" : "; ") + names[i] + " ";
    complaints += text(answers[i]);
  }
  return secrets;
}

}  // namespace trace::detail::secrets
