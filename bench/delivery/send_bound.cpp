// SPDX-License-Identifier: Apache-2.0
// The machine's own cost of delivering the same JSON: written into one buffer and sent from there
// to the counting sink with send(), batch after batch over one connection. No journal, no threads,
// no HTTP library; nothing that this leaves out can be had for less.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "delivery/counted.hpp"
#include "delivery/json_writer.hpp"
#include "support/report.hpp"
#include "support/usage.hpp"

namespace trace::bench {
namespace {

constexpr std::uint64_t events = 2'000'000;
constexpr std::size_t batch_bytes = std::size_t{1} << 20;

class Connection {
 public:
  explicit Connection(const std::string& url) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
    if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot connect to " + url);
    }
  }
  ~Connection() { close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void post(std::string_view body) {
    send_all(fmt::format("POST /trace/events HTTP/1.1\r\nContent-Length: {}\r\n\r\n", body.size()));
    send_all(body);
    char answer[4096];
    if (recv(fd_, answer, sizeof answer, 0) <= 0) throw std::runtime_error("no response");
  }

 private:
  void send_all(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) throw std::runtime_error("cannot send");
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  int fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

void measure() {
  Server sink({SHIPTRACE_BENCH_COUNTING_SINK, "identity"});
  Connection connection(sink.url());
  JsonWriter writer;
  std::string batch = fmt::format(R"({{"runId":"{}","events":[)", run_id);
  const std::size_t start = batch.size();
  batch.resize(start + batch_bytes + JsonWriter::longest_event);
  const Nanoseconds begin = cpu_time_of_process();
  char* at = batch.data() + start;
  for (std::uint64_t n = 0; n < events; ++n) {
    at = writer.write(at, n + 1, n, static_cast<std::uint32_t>(n % 1'000'000));
    const auto written = static_cast<std::size_t>(at - batch.data());
    if (written < start + batch_bytes && n + 1 < events) continue;
    constexpr std::string_view end = "]}\n";
    std::memcpy(at - 1, end.data(), end.size());  // instead of the last comma
    connection.post({batch.data(), written - 1 + end.size()});
    at = batch.data() + start;
  }
  const auto used = static_cast<double>((cpu_time_of_process() - begin).count());
  if (counted_by(sink).events != events) throw std::runtime_error("the sink misses events");
  Report("send_bound")
      .add(Case().with("event", "the same"), "cpu_per_event", "µs", used / 1000 / events);
}

}  // namespace
}  // namespace trace::bench

int main() try { trace::bench::measure(); } catch (const std::exception& failure) {
  fmt::print(stderr, "send_bound: {}\n", failure.what());
  return 1;
}
