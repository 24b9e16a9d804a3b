#include "redact/secrets.hpp"

#include <algorithm>
#include <new>

#include "redact/frequent_words.hpp"
#include "redact/whitespace.hpp"

namespace trace {

std::string_view text(SecretAnswer answer) noexcept {
  switch (answer) {
    case SecretAnswer::added:
      return "added";
    case SecretAnswer::known:
      return "was added before";
    case SecretAnswer::common_word:
      return "is a common word: it is redacted wherever it stands, also where it is no secret; "
             "choose a value that nobody guesses";
    case SecretAnswer::none:
      return "is empty and was not added";
    case SecretAnswer::too_short:
      return "has less than 6 bytes and is NOT redacted, because it would be found by accident; "
             "use a longer value";
    case SecretAnswer::too_long:
      return "has more than 32 KiB and is NOT redacted; add the parts that are secret";
    case SecretAnswer::reserved:
      return "is part of \"[REDACTED]\" and is NOT redacted; use another value";
    case SecretAnswer::no_memory:
      return "is NOT redacted: no memory";
  }
  return "";
}

namespace detail {
namespace {

constexpr std::size_t longest_secret = 32 * 1024;

}  // namespace

Secrets::Secrets(const Secrets& inherited) : shortest_(inherited.shortest_) {
  if (const Matcher* const matcher = inherited.matcher()) publish(matcher->values());
}

SecretAnswer Secrets::judge(std::string_view value) const noexcept {
  const std::string_view word = trimmed_white_space(value);
  if (word.empty()) return SecretAnswer::none;
  if (word.size() > longest_secret) return SecretAnswer::too_long;
  if (word.size() < shortest_) return SecretAnswer::too_short;
  if (replacement.find(word) != std::string_view::npos) return SecretAnswer::reserved;
  return is_frequent_word(word) ? SecretAnswer::common_word : SecretAnswer::added;
}

SecretAnswer Secrets::add(std::string_view value) {
  const std::string one(value);
  return add(std::span(&one, 1)).front();
}

std::vector<SecretAnswer> Secrets::add(std::span<const std::string> values) {
  std::vector<SecretAnswer> answers;
  const std::lock_guard lock(mutex_);
  Values all = current_ ? current_->values() : Values();
  const std::size_t known = all.size();
  for (const std::string& value : values) {
    SecretAnswer& answer = answers.emplace_back(judge(value));
    if (!is_redacted(answer)) continue;
    std::string word(trimmed_white_space(value));
    if (std::find(all.begin(), all.end(), word) != all.end()) {
      // Not when it is only a form of another secret: it has forms of its own.
      answer = SecretAnswer::known;
    } else if (with_gaps(word).size() < shortest_) {
      answer = SecretAnswer::too_short;  // but for its white space
    } else {
      all.push_back(std::move(word));
    }
  }
  if (all.size() > known) publish(std::move(all));
  return answers;
}

void Secrets::publish(Values values) {
  std::vector<std::string> forms;
  for (const std::string& value : values) {
    std::vector<std::string> own = secret_forms(value, shortest_);
    std::move(own.begin(), own.end(), std::back_inserter(forms));
  }
  std::sort(forms.begin(), forms.end());
  forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
  auto matcher = std::make_shared<const Matcher>(forms, std::move(values));
  superseded_.reserve(superseded_.size() + 1);
  if (current_) superseded_.push_back(std::move(current_));
  current_ = std::move(matcher);
  matcher_.store(current_.get(), std::memory_order_release);
}

std::shared_ptr<const Matcher> Secrets::shared_matcher() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

std::size_t Secrets::longest_kept() const noexcept {
  const Matcher* const now = matcher();
  return now == nullptr ? 0 : now->longest_kept();
}

std::size_t Secrets::superseded() const {
  const std::lock_guard lock(mutex_);
  return superseded_.size();
}

void Secrets::release_superseded(std::size_t count) {
  const std::lock_guard lock(mutex_);
  superseded_.erase(superseded_.begin(), superseded_.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                   count, superseded_.size())));
}

}  // namespace detail
}  // namespace trace
