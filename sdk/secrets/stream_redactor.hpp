// SPDX-License-Identifier: Apache-2.0
// StreamRedactor: removes secrets from a stream of bytes that arrives in pieces, before it is cut
// into lines: the first stage of capture. One thread at a time.
//
// The output does not depend on how the bytes are split into writes. write() passes on all settled
// bytes and holds back only the longest suffix that could be the beginning of a form of a secret.
// So there is nothing to flush when a stream pauses: the held-back bytes must not be shown before
// it is known that they are not a secret. They are at most `Secrets::longest_kept()` bytes, usually
// none or a few.
//
// Secrets that are added while the stream runs are found from the next write() on, also in the
// held-back bytes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "secrets/secrets.hpp"
#include "secrets/text_redactor.hpp"

namespace trace::detail::secrets {

class StreamRedactor {
 public:
  // Receives bytes; never none. Valid during the call.
  using Sink = std::function<void(std::string_view bytes)>;

  explicit StreamRedactor(std::shared_ptr<const Secrets> secrets) : secrets_(std::move(secrets)) {}

  void write(std::string_view bytes, const Sink& sink);
  // End of the stream: passes on the held-back bytes. A new stream may begin.
  void finish(const Sink& sink);

  // Number of held-back bytes.
  std::size_t kept() const noexcept { return kept_.size(); }

 private:
  void follow_secrets();

  const std::shared_ptr<const Secrets> secrets_;
  std::shared_ptr<const Matcher> matcher_;
  TextRedactor redactor_;
  std::string kept_;
  TextBefore before_;  // context before kept_
};

}  // namespace trace::detail::secrets
