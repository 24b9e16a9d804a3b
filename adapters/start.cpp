// Session::start(Config) and recover(Config): the transport that the configuration names, and a
// session or a recovery on it.
//
// The one place that knows every adapter. A name that no adapter has gets no transport: the core
// then answers with all that is wrong in the configuration, this included.
#include <trace/capture.hpp>
#include <trace/recovery.hpp>
#include <trace/session.hpp>

#include "file/file_transport.hpp"
#include "http/http_transport.hpp"

namespace trace {
namespace {

Dependencies dependencies_of(const Config& config) {
  Dependencies dependencies;
  if (config.transport == "http") {
    dependencies.transport = http::make_http_transport(http::http_options(config));
  } else if (config.transport == "file") {
    dependencies.transport = file::make_file_transport(config.endpoint);
  }
  dependencies.clean_up_orphans = remove_orphaned_containers;
  return dependencies;
}

}  // namespace

Result<Session> Session::start(Config config) {
  Dependencies dependencies = dependencies_of(config);
  return start(std::move(config), std::move(dependencies));
}

Result<RecoveryReport> recover(Config config, std::chrono::milliseconds patience) {
  Dependencies dependencies = dependencies_of(config);
  return recover(std::move(config), patience, std::move(dependencies));
}

}  // namespace trace
