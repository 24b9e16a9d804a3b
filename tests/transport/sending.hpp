// SPDX-License-Identifier: Apache-2.0
// One send to a scripted server, and what its options are in a test.
#pragma once

#include <chrono>
#include <string>

#include <trace/http.hpp>
#include "transport/sample_batch.hpp"
#include "transport/scripted_server.hpp"

namespace trace::testing {

inline http::HttpOptions options_for(const std::string& endpoint) {
  http::HttpOptions options;
  options.endpoint = endpoint;
  return options;
}

// A deadline that no test reaches unless something hangs.
inline std::chrono::steady_clock::time_point soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds{15};
}

inline SendResult send_once(const http::HttpOptions& options, const SampleBatch& sample) {
  return http::make_http_transport(options)->send(sample.batch(), soon());
}

inline SendResult send_once(const std::string& endpoint, const SampleBatch& sample) {
  return send_once(options_for(endpoint), sample);
}

inline SendResult send_once(const std::string& endpoint) {
  const SampleBatch sample;
  return send_once(endpoint, sample);
}

}  // namespace trace::testing
