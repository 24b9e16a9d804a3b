// The secrets that a session knows before anybody adds one: the credentials of its transport, and
// the values of environment variables such as *_TOKEN. Called once, while a session or a recovery
// starts.
#pragma once

#include <trace/transport.hpp>

#include <memory>
#include <string>
#include <vector>

#include "redact/secrets.hpp"

namespace trace::detail {

// `complaints`: what is not redacted although its name says that it is a secret, for people.
std::shared_ptr<Secrets> known_secrets(const std::vector<Credential>& credentials,
                                       bool with_environment, std::string& complaints);

}  // namespace trace::detail
