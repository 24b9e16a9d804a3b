// Secrets: the values that must not leave the process, shared by everything of a session that
// writes text somewhere. Any thread adds and reads at any time.
//
// There are two matchers: one of all secrets, and a small one, `fresh`, of those that were added
// since the former was built. Adding builds the fresh one only, so it costs the caller as much as
// the added values are long; merge(), called by the session's keeper or by the first reader that
// needs one matcher of all secrets, builds the tables of all of them. record() reads both without
// a lock. Matchers never change; former ones stay until somebody who knows that they are no longer
// read calls release_superseded().
#pragma once

#include <trace/redaction.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "secrets/matcher.hpp"
#include "secrets/secret_forms.hpp"

namespace trace::detail::secrets {

class Secrets {
 public:
  Secrets() = default;
  // For tests: takes values, and forms, of so many bytes.
  explicit Secrets(std::size_t shortest) : shortest_(shortest) {}
  // With the secrets of another one, which may be a picture of the parent's: a thread that this
  // process does not have may hold its lock.
  explicit Secrets(const Secrets& inherited);

  // What became of the value; when it returns, it is redacted. Builds the tables of the values that
  // were added since the last merge, and of no others. Throws std::bad_alloc; then nothing was
  // added.
  SecretAnswer add(std::string_view value);
  // The same for many at once, which is faster than one by one.
  std::vector<SecretAnswer> add(std::span<const std::string> values);

  // What record() looks for. Both are null while there is no secret; `fresh` is null except until
  // the next merge. Some values may be in both. Valid as long as this object, unless they are
  // superseded and somebody calls release_superseded().
  struct Matchers {
    const Matcher* merged;
    const Matcher* fresh;
  };
  Matchers matchers() const noexcept {
    // In this order: merge() stores a matcher with the fresh secrets before it stores the null that
    // drops the fresh one. Whoever loads that null with `acquire` therefore sees that matcher in
    // the load that follows, which `acquire` also keeps behind it. In the other order a whole merge
    // could happen between the two loads, and its secrets would be in neither.
    const Matcher* const fresh = fresh_.load(std::memory_order_acquire);
    return {merged_.load(std::memory_order_acquire), fresh};
  }
  // Of all values.
  std::size_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }
  bool empty() const noexcept { return merged_.load(std::memory_order_relaxed) == nullptr; }

  // The matcher of all secrets that were added before the call, for those who keep it; null while
  // there is none. Merges when that is due: not for record(). Throws std::bad_alloc.
  std::shared_ptr<const Matcher> shared_matcher() const;
  // Whether `matcher` is what shared_matcher() returns.
  bool is_newest(const Matcher* matcher) const noexcept {
    const Matchers now = matchers();
    return now.fresh == nullptr && now.merged == matcher;
  }

  // Makes one matcher of all secrets; one thread at a time, the others wait for it. Secrets can be
  // added meanwhile: they stay fresh. Throws std::bad_alloc; then everything is as before.
  void merge() const;
  bool is_merged() const noexcept { return fresh_.load(std::memory_order_acquire) == nullptr; }

  // The most bytes that a stream keeps back.
  std::size_t longest_kept() const;

  // Former matchers of both kinds that somebody may still read.
  std::size_t superseded() const;
  // Nobody reads any more what matchers() returned before this call began.
  void release_superseded(std::size_t count);

 private:
  using Values = std::vector<std::string>;
  using Shared = std::shared_ptr<const Matcher>;
  SecretAnswer judge(std::string_view value) const noexcept;
  // Those that are to be redacted and not known yet, which they are from now on.
  Values take_new(std::span<const std::string> values, std::vector<SecretAnswer>& answers);
  void forget(const Values& values) noexcept;
  Shared matcher_of(Values values) const;
  void publish_added(const Values& added);

  const std::size_t shortest_ = shortest_secret;
  // Mutable, because merging changes the tables and not the set of secrets.
  mutable std::atomic<const Matcher*> merged_{nullptr};
  mutable std::atomic<const Matcher*> fresh_{nullptr};
  mutable std::mutex merging_;  // one thread merges; locked before mutex_
  mutable std::mutex mutex_;    // of all below; never locked while tables of all secrets are built
  std::unordered_set<std::string> known_;
  std::atomic<std::size_t> bytes_{0};  // of known_
  mutable Shared merged_owner_;
  mutable Shared fresh_owner_;
  mutable std::size_t merged_of_fresh_ = 0;  // its first values that the merged one has, too
  mutable std::vector<Shared> superseded_;   // oldest first
};

}  // namespace trace::detail::secrets
