// SPDX-License-Identifier: Apache-2.0
// Secrets: the values that must not leave the process, shared by all parts of a session that write
// text. Any thread may add and read at any time.
//
// There are two matchers: one of all secrets, and a small one, `fresh`, of those that were added
// since the other was built. add() builds only the fresh one, so its cost is linear in the added
// values; merge(), called by the session's keeper or by the first reader that needs one matcher of
// all secrets, builds the tables of all of them. record() reads both without a lock. Matchers never
// change; superseded ones are kept until release_superseded() is called by code that knows that
// they are not read any more.
#pragma once

#include <trace/redaction.hpp>
#include <trace/transport.hpp>

#include <atomic>
#include <cstdint>
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
  // For tests: accepts values, and forms, of at least `shortest` bytes.
  explicit Secrets(std::size_t shortest) : shortest_(shortest) {}
  // Copies the secrets of another one, which may be a copy of the parent's in a child of fork(): a
  // thread that this process does not have may hold its lock.
  explicit Secrets(const Secrets& inherited);

  // Adds a value; it is redacted when the call returns. Builds the tables of the values that were
  // added since the last merge only. Throws std::bad_alloc; then nothing was added.
  AddSecretResult add(std::string_view value);
  // Adds several at once, which is faster than one by one.
  std::vector<AddSecretResult> add(std::span<const std::string> values);

  // The matchers for record(). Both are null while there is no secret; `fresh` is null except until
  // the next merge. Some values may be in both. Valid as long as this object, unless they are
  // superseded and release_superseded() is called.
  struct Matchers {
    const Matcher* merged;
    const Matcher* fresh;
  };
  Matchers matchers() const noexcept {
    // In this order: merge() stores a matcher that contains the fresh secrets before it stores the
    // null that drops the fresh one. A reader that loads that null with `acquire` therefore sees
    // that matcher in the following load, which `acquire` keeps after it. In the other order a
    // whole merge could happen between the two loads, and its secrets would be in neither.
    const Matcher* const fresh = fresh_.load(std::memory_order_acquire);
    return {merged_.load(std::memory_order_acquire), fresh};
  }
  // Identifies the set of values in this process; 0 while it is empty. A text in which a search
  // after reading it has found nothing need not be searched again as long as it stays the same.
  std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }
  // Total size of all values.
  std::size_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }
  bool empty() const noexcept { return merged_.load(std::memory_order_relaxed) == nullptr; }

  // The matcher of all secrets that were added before the call, for longer use; null while there
  // are none. Merges if necessary, so not for record(). Throws std::bad_alloc.
  std::shared_ptr<const Matcher> shared_matcher() const;
  // Whether `matcher` is what shared_matcher() returns.
  bool is_newest(const Matcher* matcher) const noexcept {
    const Matchers now = matchers();
    return now.fresh == nullptr && now.merged == matcher;
  }

  // Builds one matcher of all secrets; one thread at a time, the others wait. Secrets can be added
  // meanwhile: they stay fresh. Throws std::bad_alloc; then nothing has changed.
  void merge() const;
  bool is_merged() const noexcept { return fresh_.load(std::memory_order_acquire) == nullptr; }

  // The maximum number of bytes that a stream holds back.
  std::size_t longest_kept() const;

  // Number of superseded matchers of both kinds that may still be in use.
  std::size_t superseded() const;
  // Call it when results of matchers() from before this call are not in use any more.
  void release_superseded(std::size_t count);

 private:
  using Values = std::vector<std::string>;
  using Shared = std::shared_ptr<const Matcher>;
  AddSecretResult judge(std::string_view value) const noexcept;
  // Returns the acceptable new values and marks them as known.
  Values take_new(std::span<const std::string> values, std::vector<AddSecretResult>& results);
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
  std::atomic<std::uint64_t> version_{0};
  mutable Shared merged_owner_;
  mutable Shared fresh_owner_;
  mutable std::size_t merged_of_fresh_ =
      0;  // number of its first values that the merged one contains, too
  mutable std::vector<Shared> superseded_;  // oldest first
};

// The secrets that a session knows from the start: the credentials of its transport, and the values
// of environment variables named *_TOKEN etc. Called once, while a session or a recovery starts.
// `complaints`: variables that are not redacted although their names denote secrets; for a message.
std::shared_ptr<Secrets> known_secrets(const std::vector<Credential>& credentials,
                                       bool with_environment, std::string& complaints);

}  // namespace trace::detail::secrets
