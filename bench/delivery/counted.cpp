// SPDX-License-Identifier: Apache-2.0
#include "delivery/counted.hpp"

#include <simdjson.h>

namespace trace::bench {

Counted counted_by(Server& sink) {
  simdjson::dom::parser parser;
  const std::string line = sink.last_words();
  const simdjson::dom::element said = parser.parse(line);
  Counted counted{said["events"], said["requests"], said["body_bytes"]};
  double ns = 0;
  if (said["p50_ns"].get(ns) == simdjson::SUCCESS) counted.p50_ns = ns;
  if (said["p99_ns"].get(ns) == simdjson::SUCCESS) counted.p99_ns = ns;
  if (said["max_ns"].get(ns) == simdjson::SUCCESS) counted.max_ns = ns;
  return counted;
}

}  // namespace trace::bench
