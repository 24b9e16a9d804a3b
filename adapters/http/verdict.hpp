// The verdict: what an exchange means for the events of a batch.
//
// The answer table of docs/ingestion-api.md as one function, used by the transport on its thread.
// When in doubt the verdict keeps the events: only a complete and well-formed body acknowledges
// or rejects anything.
#pragma once

#include <trace/transport.hpp>

#include <ctime>
#include <string>
#include <string_view>

#include "http/answer.hpp"
#include "http/connection.hpp"

namespace trace::http {

// `where` is the URL as people may see it; `now` is for dates in Retry-After.
SendResult verdict(const Reply& reply, std::string_view where, std::time_t now,
                   AnswerParser& parser);

// Why no usable answer came, in words that say what to do; for the client as well.
std::string failure_text(const Reply& reply);

}  // namespace trace::http
