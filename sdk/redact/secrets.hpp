// Secrets: the values that must not leave the process, shared by everything of a session that
// writes text somewhere. Any thread adds and reads at any time.
//
// Readers get the matcher of all secrets added so far by one load; it never changes. Adding makes
// a new one; the former ones stay until somebody who knows that they are no longer read says so.
#pragma once

#include <trace/redaction.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "redact/matcher.hpp"
#include "redact/secret_forms.hpp"

namespace trace::detail {

class Secrets {
 public:
  Secrets() = default;
  // For tests: takes values, and forms, of so many bytes.
  explicit Secrets(std::size_t shortest) : shortest_(shortest) {}
  // With the secrets of another one, which may be a picture of the parent's: a thread that this
  // process does not have may hold its lock.
  explicit Secrets(const Secrets& inherited);

  // What became of the value; when it returns, it is redacted. Throws std::bad_alloc.
  SecretAnswer add(std::string_view value);
  // The same for many at once, which is faster than one by one.
  std::vector<SecretAnswer> add(std::span<const std::string> values);

  // Null while there is none. Valid as long as this object, unless it is superseded and somebody
  // calls release_superseded().
  const Matcher* matcher() const noexcept { return matcher_.load(std::memory_order_acquire); }
  bool empty() const noexcept { return matcher_.load(std::memory_order_relaxed) == nullptr; }
  // For those who keep it.
  std::shared_ptr<const Matcher> shared_matcher() const;

  // The most bytes that a stream keeps back.
  std::size_t longest_kept() const noexcept;

  // Matchers in front of the present one that somebody may still read.
  std::size_t superseded() const;
  // Nobody reads any more what matcher() answered before this call began.
  void release_superseded(std::size_t count);

 private:
  using Values = std::vector<std::string>;
  SecretAnswer judge(std::string_view value) const noexcept;
  void publish(Values values);

  const std::size_t shortest_ = shortest_secret;
  std::atomic<const Matcher*> matcher_{nullptr};
  mutable std::mutex mutex_;
  std::shared_ptr<const Matcher> current_;
  std::vector<std::shared_ptr<const Matcher>> superseded_;  // oldest first
};

}  // namespace trace::detail
