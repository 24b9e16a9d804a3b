// The secrets that a session knows of before anybody adds one: its own token, and what the
// environment holds under names such as *_TOKEN. Called once, while the session starts.
#pragma once

#include <trace/config.hpp>

#include <memory>

#include "redact/secrets.hpp"
#include "ship/diagnostics.hpp"

namespace trace::detail {

// What is not redacted although its name says that it is a secret is reported.
std::shared_ptr<Secrets> known_secrets(const Config& config, Diagnostics& diagnostics);

}  // namespace trace::detail
