// SPDX-License-Identifier: Apache-2.0
// Links the core and the transports without shiptrace::shiptrace: registers them, sends an event to
// a file.
#include <cstdio>
#include <utility>

#include <trace/file.hpp>
#include <trace/http.hpp>
#include <trace/http_client.hpp>
#include <trace/trace.hpp>

int main(int, char** argv) {
  trace::TransportRegistry transports;
  transports.add(trace::http::transport_type());
  transports.add(trace::file::transport_type());
  trace::Config config = trace::Config::from_env(transports);
  config.transport = "file";
  config.endpoint = argv[1];
  config.journal_dir = argv[2];
  trace::Dependencies dependencies;
  dependencies.transports = transports;
  auto session = trace::Session::start(config, std::move(dependencies));
  if (!session) {
    std::puts(session.error().text().c_str());
    return 1;
  }
  session->run("run").node("node").completed();
  if (session->close(std::chrono::seconds(10)).kept != 0) return 1;

  config.endpoint = trace::Config{}.endpoint;
  const auto options = trace::http::http_options(config);
  return options && trace::http::percent_encoded("a/b") == "a%2Fb" ? 0 : 1;
}
