// SPDX-License-Identifier: Apache-2.0
#include "secrets/text_redactor.hpp"

namespace trace::detail::secrets {

void StreamRedactor::follow_secrets() {
  if (secrets_->is_newest(matcher_.get())) return;
  // The held-back bytes begin with a form of the previous secrets, which are among the new ones.
  matcher_ = secrets_->shared_matcher();
  redactor_.start_again();
}

void StreamRedactor::write(std::string_view bytes, const Sink& sink) {
  if (bytes.empty()) return;
  follow_secrets();
  if (matcher_ == nullptr) return sink(bytes);
  const Pieces text{kept_, bytes, before_};
  redactor_.read(*matcher_, text, sink);
  const std::size_t settled = redactor_.under_way(*matcher_, text);
  before_ = redactor_.forget(text, settled);
  if (settled < kept_.size()) {
    kept_.erase(0, settled);
    kept_ += bytes;
  } else {
    kept_.assign(bytes.substr(settled - text.kept.size()));
  }
}

void StreamRedactor::finish(const Sink& sink) {
  if (matcher_ != nullptr) redactor_.finish({kept_, {}, before_}, sink);
  kept_.clear();
  redactor_ = TextRedactor();
  before_ = {};
}

}  // namespace trace::detail::secrets
