// The file transport: envelopes as NDJSON, appended to a file.
//
// For tests, machines without a network and debugging; used by Session::start() when
// Config::transport is "file". Several processes may append to one file: whole batches are written
// under a lock, and nobody's line is ever cut or mixed with another's. Threading is Transport's.
#pragma once

#include <trace/transport.hpp>

#include <memory>
#include <string>

namespace trace::file {

// Does no I/O: the file is opened, and created with mode 0600, by the first send(). A file that was
// moved away (log rotation) is followed by a new one.
SHIPTRACE_API std::unique_ptr<Transport> make_file_transport(std::string path);

}  // namespace trace::file
