// The secrets that a session knows of before anybody adds one: its own token, and what the
// environment holds under names such as *_TOKEN. Called once, while a session or a recovery starts.
#pragma once

#include <trace/config.hpp>

#include <memory>

#include <string>

#include "secrets/secrets.hpp"

namespace trace::detail::secrets {

// `complaints`: what is not redacted although its name says that it is a secret, for people.
std::shared_ptr<Secrets> known_secrets(const Config& config, std::string& complaints);

}  // namespace trace::detail::secrets
