// The HTTP transport: batches as NDJSON to POST {endpoint}/trace/events (docs/ingestion-api.md).
//
// Used by Session::start() when Config::transport is "http", and by tools and tests that ship
// without a session. Threading is Transport's: one thread sends, any thread interrupts; an
// interrupt() that finds no send() ends the next one, so that none is lost between two sends.
#pragma once

#include <trace/transport.hpp>

#include <memory>

#include "http/http_options.hpp"

namespace trace::http {

// Does no I/O and takes any options: what is wrong with them is the answer of each send().
SHIPTRACE_API std::unique_ptr<Transport> make_http_transport(const HttpOptions& options);

}  // namespace trace::http
