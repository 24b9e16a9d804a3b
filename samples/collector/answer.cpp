#include "answer.hpp"

#include <boost/json.hpp>

namespace trace::collector {

Answer error_answer(unsigned status, std::string_view field, std::string_view message) {
  boost::json::object error;
  if (!field.empty()) error["field"] = field;
  error["message"] = message;
  return {.status = status, .body = boost::json::serialize(boost::json::object{{"error", error}})};
}

Answer store_failed(std::string_view what) {
  Answer answer = error_answer(503, "", "the store failed: " + std::string(what));
  answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

Answer too_busy() {
  Answer answer = error_answer(503, "", "too much is under way at once");
  answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

}  // namespace trace::collector
