// SPDX-License-Identifier: Apache-2.0
// What an HTTP exchange means for the events of a batch.
//
// The table of responses in docs/ingestion-api.md as one function, used by the transport on its
// thread. When in doubt the events are kept: only a complete and well-formed body acknowledges or
// rejects anything.
#pragma once

#include <trace/transport.hpp>

#include <ctime>
#include <string>
#include <string_view>

#include "http/connection.hpp"
#include "http/response_text.hpp"

namespace trace::http {

// `where` is the URL as people may see it; `now` is for dates in Retry-After.
SendResult send_result(const Response& response, std::string_view where, std::time_t now,
                       ResponseParser& parser);

// Why an exchange has no usable response, in words that say what to do. Also for the client.
std::string failure_text(const Response& response);

}  // namespace trace::http
