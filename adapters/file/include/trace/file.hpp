// SPDX-License-Identifier: Apache-2.0
// The file transport: envelopes as NDJSON, appended to a file.
//
// For tests, debugging and machines without a network. Registered as "file" in
// builtin_transports(). Several processes may append to one file: whole batches are written under a
// lock, so lines are never cut or mixed. Envelopes that only say that a session is alive are not
// written: a file needs no lease. One thread sends.
#pragma once

#include <memory>
#include <string>

#include <trace/export.hpp>
#include <trace/transport.hpp>
#include <trace/transport_type.hpp>

namespace trace::file {

SHIPTRACE_API TransportType transport_type();

// Does no I/O: the first send() opens the file, and creates it with mode 0600. When the file is
// moved away (log rotation), the next send() creates a new one.
SHIPTRACE_API std::unique_ptr<Transport> make_file_transport(std::string path);

}  // namespace trace::file
