// What the API answers, before it becomes HTTP. Made on the store thread or the I/O thread, sent
// on the I/O thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <trace/result.hpp>

namespace trace::collector {

struct Answer {
  unsigned status = 200;
  std::string body = {};                                          // JSON
  std::vector<std::pair<std::string, std::string>> headers = {};  // beside those of every answer
};

// {"error":{"field":…,"message":…}}, as every answer of 400 and above says it.
Answer error_answer(unsigned status, std::string_view field, std::string_view message);

// The store is out of order for now: 503, to be tried again.
Answer store_failed(std::string_view what);
// There is no room for what it takes: 503 likewise.
Answer too_busy();

}  // namespace trace::collector
