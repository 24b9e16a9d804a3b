// SPDX-License-Identifier: Apache-2.0
// The secrets that a session knows from the start: the credentials of its transport, and the values
// of environment variables named *_TOKEN etc. Called once, while a session or a recovery starts.
#pragma once

#include <trace/transport.hpp>

#include <memory>
#include <string>
#include <vector>

#include "secrets/secrets.hpp"

namespace trace::detail::secrets {

// `complaints`: variables that are not redacted although their names denote secrets; for a message.
std::shared_ptr<Secrets> known_secrets(const std::vector<Credential>& credentials,
                                       bool with_environment, std::string& complaints);

}  // namespace trace::detail::secrets
