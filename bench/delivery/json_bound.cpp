// The bound of delivery: what it costs to write the JSON of the same events into memory, with ids
// that are ready and a table that says which bytes to escape.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <string>

#include "record/event.hpp"
#include "support/report.hpp"
#include "support/usage.hpp"

namespace trace::bench {
namespace {

constexpr std::uint64_t events = 2'000'000;
constexpr std::size_t batch_bytes = std::size_t{1} << 20;
constexpr std::size_t longest_event = 1024;

constexpr std::array<bool, 256> escaped = [] {
  std::array<bool, 256> table{};
  for (unsigned i = 0; i < 0x20; ++i) table[i] = true;
  table['"'] = table['\\'] = true;
  return table;
}();

char* put(char* at, std::string_view bytes) {
  std::memcpy(at, bytes.data(), bytes.size());
  return at + bytes.size();
}

char* put_escaped(char* at, std::string_view bytes) {
  for (const char byte : bytes) {
    if (escaped[static_cast<unsigned char>(byte)]) *at++ = '\\';
    *at++ = byte;
  }
  return at;
}

class Writer {
 public:
  char* write(char* at, std::uint64_t sequence, std::uint64_t number, std::uint32_t microseconds) {
    at = put(at, before_sequence_);
    at = put_digits(at, sequence, 12);
    at = put(at, before_second_);
    at = put_digits(at, microseconds, 6);
    at = put(at, R"(Z","message":")");
    at = std::to_chars(at, at + 20, number).ptr;
    *at++ = ' ';
    at = put_escaped(at, text);
    return put(at, "\"},");
  }

 private:
  static char* put_digits(char* at, std::uint64_t value, int digits) {
    for (int i = digits - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
    return at + digits;
  }

  const std::string before_sequence_ = R"({"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV-0-)";
  const std::string before_second_ =
      fmt::format(R"(","runId":"{}","nodeId":"{}","type":"PROGRESS","level":"info",)"
                  R"("timestamp":"2025-10-13T12:34:56.)",
                  run_id, node_id);
};

}  // namespace
}  // namespace trace::bench

int main() {
  using namespace trace::bench;
  Writer writer;
  std::string batch(batch_bytes + longest_event, ' ');
  std::uint64_t bytes = 0;
  const Nanoseconds begin = cpu_time_of_process();
  char* at = batch.data();
  for (std::uint64_t n = 0; n < events; ++n) {
    char* const event = at;
    at = writer.write(at, n + 1, n, static_cast<std::uint32_t>(n % 1'000'000));
    bytes += static_cast<std::uint64_t>(at - event);
    if (at - batch.data() >= static_cast<std::ptrdiff_t>(batch_bytes)) at = batch.data();
  }
  const auto used = static_cast<double>((cpu_time_of_process() - begin).count());
  const Report out("json_bound");
  const Case which = Case().with("event", "the same");
  out.add(which, "cpu_per_event", "µs", used / 1000 / events);
  out.add(which, "bytes_per_event", "B", static_cast<double>(bytes) / events);
}
