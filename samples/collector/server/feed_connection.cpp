// SPDX-License-Identifier: Apache-2.0
#include "collector/server/connection.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cassert>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "collector/server/response_head.hpp"
#include "collector/stream/sse.hpp"

namespace trace::collector::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Reads a page, writes its messages one at a time, and waits for a notification when no more is
// stored: at most one page waits in memory for a slow client.
class FeedConnection final : public RegisteredConnection,
                             public stream::Subscriber,
                             public std::enable_shared_from_this<FeedConnection> {
 public:
  FeedConnection(Service& service, asio::ip::tcp::socket socket, stream::Feed feed)
      : service_(service),
        socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        feed_(std::move(feed)) {
    service_.connections.add(*this);
    try {
      service_.subscriptions.add(feed_.run_id(), *this);
      ++service_.context.metrics.streams;
    } catch (...) {  // no memory
      service_.connections.remove(*this);
      throw;
    }
  }
  ~FeedConnection() override {
    service_.subscriptions.remove(feed_.run_id(), *this);
    --service_.context.metrics.streams;
    service_.connections.remove(*this);
  }

  void start(const api::Headers& sharing) {
    // The end of the connection is the end of the body.
    outgoing_.push_back(response_head(stream::sse_response(), sharing, {}));
    outgoing_.push_back(stream::sse_event(feed_.ready()));
    write_next();
  }

  void notify() override {
    was_notified_ = true;
    if (!is_waiting_) return;
    is_waiting_ = false;
    ++timer_round_;  // no keep-alive in the middle of what is about to be written
    read_page();
  }

  void shut_down() override { close(); }

 private:
  void read_page() {
    was_notified_ = false;
    service_.store_threads.run(
        socket_.get_executor(),
        [&store = service_.context.store, run_id = feed_.run_id(), after = feed_.position()] {
          return stream::read_feed_page(store, run_id, after);
        },
        [self = shared_from_this()](stream::FeedPage page) { self->on_page(std::move(page)); });
  }

  void on_page(stream::FeedPage page) {
    if (!socket_.is_open()) return;
    for (const stream::FeedMessage& message : feed_.advance(std::move(page))) {
      outgoing_.push_back(stream::sse_event(message));
    }
    write_next();
  }

  void write_next() {
    if (!socket_.is_open()) return;
    if (outgoing_.empty()) {
      if (feed_.has_ended()) return close();
      return feed_.has_more() || was_notified_ ? read_page() : wait();
    }
    after(Service::response_time, [this] { close(); });
    asio::async_write(socket_, asio::buffer(outgoing_.front()),
                      [self = shared_from_this()](error_code fault, std::size_t) {
                        if (fault) return self->close();
                        self->outgoing_.pop_front();
                        self->write_next();
                      });
  }

  void wait() {
    assert(!is_waiting_);
    is_waiting_ = true;
    after(service_.keepalive, [this] {
      is_waiting_ = false;
      outgoing_.emplace_back(stream::sse_keepalive);
      write_next();
    });
  }

  void close() {
    is_waiting_ = false;
    timer_.cancel();
    ++timer_round_;
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

  // One timer: a new delay replaces the previous one. The round distinguishes a timer that had
  // already fired when it was replaced.
  void after(std::chrono::seconds delay, std::function<void()> action) {
    const std::uint64_t round = ++timer_round_;
    timer_.expires_after(delay);
    timer_.async_wait([self = shared_from_this(), round, action = std::move(action)](error_code) {
      if (round == self->timer_round_) action();
    });
  }

  Service& service_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer timer_;  // of a write that the client does not accept, or of the keep-alive
  std::uint64_t timer_round_ = 0;
  stream::Feed feed_;
  std::deque<std::string> outgoing_ = {};
  bool is_waiting_ = false;
  bool was_notified_ = false;  // since the last page was read
};

}  // namespace

void serve_feed(Service& service, asio::ip::tcp::socket socket, stream::Feed feed,
                const api::Headers& sharing) {
  std::make_shared<FeedConnection>(service, std::move(socket), std::move(feed))->start(sharing);
}

}  // namespace trace::collector::server
