// SPDX-License-Identifier: Apache-2.0
#include "secrets/secrets.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <trace/detail/lane_cursor.hpp>

#include "config/environment.hpp"
#include "secrets/secret_forms.hpp"
#include "text/ascii.hpp"

namespace trace {

std::string_view text(AddSecretResult answer) noexcept {
  // In the order of the enumerators.
  constexpr std::string_view texts[] = {
      "added",
      "was added before",
      ("is a common word: it is redacted wherever it occurs, also where it is not a secret; "
       "choose a value that cannot be guessed"),
      "is empty and was not added",
      ("has less than 6 bytes and is NOT redacted, because it would be found by accident; "
       "use a longer value"),
      "has more than 32 KiB and is NOT redacted; add the parts that are secret",
      "is part of \"[REDACTED]\" and is NOT redacted; use another value",
      "is NOT redacted: no memory",
  };
  const auto index = static_cast<std::size_t>(answer);
  return index < std::size(texts) ? texts[index] : std::string_view();
}

bool detail::is_clean(const secrets::Secrets& secrets, std::string_view text, TextSort sort,
                      const std::byte* to) noexcept {
  const auto [matcher, fresh] = secrets.matchers();
  return fresh == nullptr && (matcher == nullptr || !matcher->contains(text, sort, to));
}

namespace detail::secrets {
namespace {

constexpr std::size_t longest_secret = 32 * 1024;

// Words that are common in logs although people use them as passwords. Lower case, sorted.
constexpr std::array<std::string_view, 72> frequent_words{
    "000000",      "111111",        "123123",      "123456",      "1234567",      "12345678",
    "123456789",   "1234567890",    "654321",      "abc123",      "access",       "account",
    "admin123",    "administrator", "anonymous",   "api_key",     "apikey",       "bearer",
    "changeit",    "changeme",      "config",      "database",    "default",      "deploy",
    "development", "disabled",      "docker",      "enabled",     "example",      "foobar",
    "github",      "hunter2",       "iloveyou",    "letmein",     "localhost",    "master",
    "monkey",      "mysecret",      "nobody",      "nothing",     "passphrase",   "passw0rd",
    "password",    "password1",     "password123", "placeholder", "postgres",     "private",
    "production",  "public",        "qwerty",      "qwerty123",   "release",      "sample",
    "secret",      "secret123",     "secrets",     "security",    "server",       "service",
    "staging",     "string",        "system",      "testing",     "testpassword", "token123",
    "undefined",   "unknown",       "user123",     "username",    "welcome",      "welcome1",
};
static_assert(std::is_sorted(frequent_words.begin(), frequent_words.end()));

// In any case.
bool is_frequent_word(std::string_view value) noexcept {
  constexpr std::size_t longest = 16;
  if (value.size() > longest) return false;
  std::array<char, longest> folded{};
  std::transform(value.begin(), value.end(), folded.begin(),
                 [](char c) { return text::is_capital(c) ? static_cast<char>(c + 32) : c; });
  return std::binary_search(frequent_words.begin(), frequent_words.end(),
                            std::string_view(folded.data(), value.size()));
}

// Many variables contain the path of a secret's file; the path is not a secret.
bool is_path(const std::string& value) {
  return value.starts_with('/') && access(value.c_str(), F_OK) == 0;
}

}  // namespace

Secrets::Secrets(const Secrets& inherited) : shortest_(inherited.shortest_) {
  const Matchers theirs = inherited.matchers();
  if (theirs.merged == nullptr) return;
  Values values;
  for (const Matcher* const matcher : {theirs.merged, theirs.fresh}) {
    if (matcher == nullptr) continue;
    for (const std::string& value : matcher->values()) {
      if (!known_.insert(value).second) continue;
      bytes_ += value.size();
      values.push_back(value);
    }
  }
  publish_added(values);
}

AddSecretResult Secrets::judge(std::string_view value) const noexcept {
  const std::string_view word = trimmed_white_space(value);
  if (word.empty()) return AddSecretResult::none;
  if (word.size() > longest_secret) return AddSecretResult::too_long;
  if (word.size() < shortest_) return AddSecretResult::too_short;
  if (replacement.find(word) != std::string_view::npos) return AddSecretResult::reserved;
  return is_frequent_word(word) ? AddSecretResult::common_word : AddSecretResult::added;
}

AddSecretResult Secrets::add(std::string_view value) {
  const std::string one(value);
  return add(std::span(&one, 1)).front();
}

std::vector<AddSecretResult> Secrets::add(std::span<const std::string> values) {
  std::vector<AddSecretResult> results;
  results.reserve(values.size());
  const std::lock_guard lock(mutex_);
  const Values added = take_new(values, results);
  try {
    if (!added.empty()) publish_added(added);
  } catch (...) {
    forget(added);
    throw;
  }
  return results;
}

Secrets::Values Secrets::take_new(std::span<const std::string> values,
                                  std::vector<AddSecretResult>& results) {
  Values added;
  added.reserve(values.size());
  try {
    for (const std::string& value : values) {
      AddSecretResult& result = results.emplace_back(judge(value));
      if (!is_redacted(result)) continue;
      std::string word(trimmed_white_space(value));
      if (known_.contains(word)) {
        // Not if it is only a form of another secret: it has forms of its own.
        result = AddSecretResult::known;
      } else if (with_gaps(word).size() < shortest_) {
        result = AddSecretResult::too_short;  // apart from its white space
      } else {
        known_.insert(word);
        bytes_ += word.size();
        added.push_back(std::move(word));
      }
    }
  } catch (...) {
    forget(added);
    throw;
  }
  return added;
}

void Secrets::forget(const Values& values) noexcept {
  for (const std::string& value : values) {
    known_.erase(value);
    bytes_ -= value.size();
  }
}

Secrets::Shared Secrets::matcher_of(Values values) const {
  std::vector<std::string> forms;
  for (const std::string& value : values) {
    std::vector<std::string> own = secret_forms(value, shortest_);
    std::move(own.begin(), own.end(), std::back_inserter(forms));
  }
  std::sort(forms.begin(), forms.end());
  forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
  return std::make_shared<const Matcher>(forms, std::move(values));
}

void Secrets::publish_added(const Values& added) {
  static std::atomic<std::uint64_t> versions{0};
  if (merged_owner_ == nullptr) {  // the first secrets
    merged_owner_ = matcher_of(added);
    merged_.store(merged_owner_.get(), std::memory_order_release);
    version_.store(++versions, std::memory_order_release);
    return;
  }
  Values values;
  if (fresh_owner_) {
    const Values& before = fresh_owner_->values();
    values.assign(before.begin() + static_cast<std::ptrdiff_t>(merged_of_fresh_), before.end());
  }
  values.insert(values.end(), added.begin(), added.end());
  Shared fresh = matcher_of(std::move(values));
  superseded_.reserve(superseded_.size() + 1);
  if (fresh_owner_) superseded_.push_back(std::move(fresh_owner_));
  fresh_owner_ = std::move(fresh);
  merged_of_fresh_ = 0;
  fresh_.store(fresh_owner_.get(), std::memory_order_release);
  // After the matcher: a search that follows a read of this version includes its values.
  version_.store(++versions, std::memory_order_release);
}

void Secrets::merge() const {
  if (is_merged()) return;
  const std::lock_guard merging(merging_);
  Shared fresh;
  Values values;
  std::size_t added = 0;
  {
    const std::lock_guard lock(mutex_);
    if (fresh_owner_ == nullptr) return;
    fresh = fresh_owner_;
    values = merged_owner_->values();
    const Values& more = fresh->values();
    added = more.size() - merged_of_fresh_;
    values.insert(values.end(), more.end() - static_cast<std::ptrdiff_t>(added), more.end());
  }
  Shared merged = matcher_of(std::move(values));
  const std::lock_guard lock(mutex_);
  superseded_.reserve(superseded_.size() + 2);
  superseded_.push_back(std::move(merged_owner_));
  merged_owner_ = std::move(merged);
  merged_.store(merged_owner_.get(), std::memory_order_release);
  if (fresh_owner_ != fresh) {  // its first values are merged now
    merged_of_fresh_ = added;
    return;
  }
  superseded_.push_back(std::move(fresh_owner_));
  fresh_owner_ = nullptr;
  merged_of_fresh_ = 0;
  fresh_.store(nullptr, std::memory_order_release);  // see matchers()
}

std::shared_ptr<const Matcher> Secrets::shared_matcher() const {
  merge();
  const std::lock_guard lock(mutex_);
  return merged_owner_;
}

std::size_t Secrets::longest_kept() const {
  const Shared now = shared_matcher();
  return now == nullptr ? 0 : now->longest_kept();
}

std::size_t Secrets::superseded() const {
  const std::lock_guard lock(mutex_);
  return superseded_.size();
}

void Secrets::release_superseded(std::size_t count) {
  std::vector<Shared> released;  // freed after unlocking
  const std::lock_guard lock(mutex_);
  const auto end =
      superseded_.begin() + static_cast<std::ptrdiff_t>(std::min(count, superseded_.size()));
  released.assign(std::make_move_iterator(superseded_.begin()), std::make_move_iterator(end));
  superseded_.erase(superseded_.begin(), end);
}

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
    complaints += trace::text(results[i]);
  }
  return secrets;
}

}  // namespace detail::secrets
}  // namespace trace
