// StreamRedactor: takes the secrets out of a stream of bytes that arrives in pieces, before it is
// cut into lines: the first stage of capture. One thread at a time.
//
// However the same bytes are split into writes, the same bytes come out. write() passes on all
// that is settled; what it keeps is the longest end of the bytes so far that could be the beginning
// of a secret in one of its forms, and nothing else. So there is nothing to flush when a stream
// falls silent: what is still here must not be shown before it is known that it is no secret. It
// is at most `Secrets::longest_kept()` bytes, in most text none or a few.
//
// Secrets that are added while the stream runs are found from the next write() on, also in what
// was kept.
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
  // The stream has ended: passes on what was kept. A new one may begin.
  void finish(const Sink& sink);

  // Bytes that wait for those after them.
  std::size_t kept() const noexcept { return kept_.size(); }

 private:
  void follow_secrets();

  const std::shared_ptr<const Secrets> secrets_;
  std::shared_ptr<const Matcher> matcher_;
  TextRedactor redactor_;
  std::string kept_;
  TextBefore before_;  // in front of it
};

}  // namespace trace::detail::secrets
