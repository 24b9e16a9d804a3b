#include "event_stream.hpp"

#include <fmt/core.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <deque>
#include <functional>
#include <memory>

#include "cursor.hpp"

namespace trace::collector {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// The connection's end is the end of the body: no chunks, each event reaches the client in one
// piece and with nothing around it.
constexpr std::string_view head =
    "HTTP/1.1 200 OK\r\n"
    "Server: shiptrace-collector\r\n"
    "Content-Type: text/event-stream\r\n"
    "Cache-Control: no-cache\r\n"
    "X-Accel-Buffering: no\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Connection: close\r\n";

std::string head_with(const Headers& sharing) {
  std::string text(head);
  for (const auto& [name, value] : sharing) text += fmt::format("{}: {}\r\n", name, value);
  return text + "\r\n";
}

// Reads a step from the store, writes what it brought one event at a time, and sleeps until
// ingestion rings when there was nothing: at most one step waits in memory for a slow client.
class EventStream final : public Connection,
                          public Watcher,
                          public std::enable_shared_from_this<EventStream> {
 public:
  EventStream(Service& service, asio::ip::tcp::socket socket, std::string run_id,
              std::uint64_t after)
      : service_(service),
        socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        run_id_(std::move(run_id)),
        sequence_(after) {
    service_.connections.join(*this);
    service_.streams.join(run_id_, *this);
  }
  ~EventStream() override {
    service_.streams.leave(run_id_, *this);
    service_.connections.leave(*this);
  }
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  void start(const Headers& sharing);
  void wake() override;
  void wind_up() override { close(); }

 private:
  void read();
  void on_read(StreamReading reading);
  void enqueue(std::string_view event, const std::string& data);
  void write_next();
  void sleep();
  void close();
  void after(std::chrono::seconds delay, std::function<void()> action);

  Service& service_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer timer_;  // ends a write that a client does not take, or a silence
  std::uint64_t timer_round_ = 0;
  std::string run_id_;
  std::uint64_t sequence_;
  std::string fingerprint_ = {};
  std::deque<std::string> outgoing_ = {};
  bool asleep_ = false;
  bool more_ = true;       // the store may have more than what was read
  bool last_one_ = false;  // close when everything is written
};

void EventStream::start(const Headers& sharing) {
  outgoing_.push_back(head_with(sharing));
  const boost::json::object ready{{"mode", "realtime"}, {"runId", run_id_}};
  enqueue("ready", boost::json::serialize(ready));
  write_next();
}

void EventStream::wake() {
  more_ = true;
  if (!asleep_) return;
  asleep_ = false;
  ++timer_round_;  // no keep-alive into what is about to be written
  read();
}

void EventStream::read() {
  more_ = false;
  service_.store_thread.run(
      socket_.get_executor(),
      [&reading = service_.reading, run_id = run_id_, after = sequence_] {
        return read_stream(reading, run_id, after);
      },
      [self = shared_from_this()](StreamReading reading) { self->on_read(std::move(reading)); });
}

void EventStream::on_read(StreamReading reading) {
  if (!socket_.is_open()) return;
  if (!reading.step) {
    const boost::json::object error{
        {"message", reading.fault.empty() ? "there is no such run" : reading.fault}};
    enqueue("error", boost::json::serialize(error));
    last_one_ = true;
    return write_next();
  }
  const StreamStep& step = *reading.step;
  sequence_ = step.sequence;
  if (!step.events.empty()) enqueue("trace", step.events);
  if (!step.at_end) {
    more_ = true;
  } else {
    if (step.fingerprint != fingerprint_) enqueue("status", step.status);
    fingerprint_ = step.fingerprint;
    if (is_terminal(step.run_status)) {
      const boost::json::object complete{{"runId", run_id_}, {"status", name(step.run_status)}};
      enqueue("complete", boost::json::serialize(complete));
      last_one_ = true;
    }
  }
  write_next();
}

void EventStream::enqueue(std::string_view event, const std::string& data) {
  outgoing_.push_back(
      fmt::format("event: {}\nid: {}\ndata: {}\n\n", event, encode_cursor(sequence_), data));
}

void EventStream::write_next() {
  if (!socket_.is_open()) return;
  if (outgoing_.empty()) {
    if (last_one_) return close();
    return more_ ? read() : sleep();
  }
  after(Service::answer_time, [this] { close(); });
  asio::async_write(socket_, asio::buffer(outgoing_.front()),
                    [self = shared_from_this()](error_code fault, std::size_t) {
                      if (fault) return self->close();
                      self->outgoing_.pop_front();
                      self->write_next();
                    });
}

void EventStream::sleep() {
  asleep_ = true;
  after(service_.keepalive, [this] {
    asleep_ = false;
    outgoing_.emplace_back(": keepalive\n\n");
    write_next();
  });
}

void EventStream::close() {
  asleep_ = false;
  timer_.cancel();
  ++timer_round_;
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

// One timer for everything: a new delay replaces the one before. A timer that fired while it was
// replaced is told from the current one by its round.
void EventStream::after(std::chrono::seconds delay, std::function<void()> action) {
  const std::uint64_t round = ++timer_round_;
  timer_.expires_after(delay);
  timer_.async_wait([self = shared_from_this(), round, action = std::move(action)](error_code) {
    if (round == self->timer_round_) action();
  });
}

}  // namespace

StreamReading read_stream(Reading& reading, const std::string& run_id,
                          std::uint64_t after) noexcept {
  try {
    return {reading.stream_step(run_id, after)};
  } catch (const std::exception& error) {
    return {std::nullopt, error.what()};
  }
}

void start_event_stream(Service& service, asio::ip::tcp::socket socket, std::string run_id,
                        std::uint64_t after, const Headers& sharing) {
  std::make_shared<EventStream>(service, std::move(socket), std::move(run_id), after)
      ->start(sharing);
}

}  // namespace trace::collector
