// SPDX-License-Identifier: Apache-2.0
#include "collector/server/connection.hpp"

#include <array>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <cassert>
#include <memory>
#include <optional>

#include "collector/api/payloads.hpp"
#include "collector/server/request_head.hpp"
#include "collector/server/request_parser.hpp"
#include "collector/server/response_head.hpp"

namespace trace::collector::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using api::Response;
using boost::system::error_code;

// The most that is read at once, and the most of trailers and chunk extensions that is parsed.
constexpr std::size_t buffer_size = 64 * 1024;

std::string address_of(const asio::ip::tcp::socket& socket) {
  error_code fault;
  const auto address = socket.local_endpoint(fault).address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

// Each request passes through read_head, on_head, read_body, handle, send, and read_head again.
class Connection final : public RegisteredConnection,
                         public std::enable_shared_from_this<Connection> {
 public:
  Connection(Service& service, asio::ip::tcp::socket socket)
      : service_(service),
        stream_(std::move(socket)),
        local_address_(address_of(stream_.socket())) {
    service_.connections.add(*this);
  }

  ~Connection() override {
    hold(0);
    service_.connections.remove(*this);
  }

  void read_head() {
    parser_.emplace(service_.context.max_body);
    hold(0);
    sharing_.clear();
    scanned_ = 0;
    is_idle_ = buffer_.size() == 0;
    if (is_idle_) buffer_.shrink_to_fit();
    begin_transfer(is_idle_ ? Service::idle_time : Service::head_time);
    read_more_head();
  }

  void shut_down() override {
    if (is_idle_) stream_.close();
  }

  const Pace* pace() const override { return is_in_store_ ? nullptr : &pace_; }
  std::size_t held_bytes() const override { return held_; }

  void evict() override {
    assert(!is_evicted_);
    is_evicted_ = true;
    hold(0);
    stream_.close();
    service_.connections.remove(*this);
  }

 private:
  // Wraps a completion handler: keeps the connection alive, and drops the call after evict().
  template <class Handler>
  auto guarded(Handler handler) {
    return [self = shared_from_this(), handler](error_code fault, std::size_t count) {
      if (!self->is_evicted_) handler(*self, fault, count);
    };
  }

  void read_more_head() {
    const HeadEnd end = find_head_end(buffered(), scanned_);
    if (end.state == HeadEnd::State::complete) return on_head(end.length);
    if (end.state == HeadEnd::State::malformed) {
      return send(api::error_response(400, "", "malformed HTTP: " + std::string(end.problem)),
                  false);
    }
    scanned_ = buffer_.size();
    if (scanned_ >= Service::max_head) return send(head_too_large(), false);
    constexpr std::size_t head_piece = 4 * 1024;
    stream_.async_read_some(buffer_.prepare(head_piece),
                            guarded([](Connection& self, error_code fault, std::size_t count) {
                              if (fault) return;
                              self.buffer_.commit(count);
                              if (self.is_idle_) self.begin_transfer(Service::head_time);
                              self.is_idle_ = false;
                              self.read_more_head();
                            }));
  }

  void on_head(std::size_t length) {
    const std::string_view bytes = buffered().substr(0, length);
    if (auto fault = head_fault(bytes)) return send(std::move(*fault), false);
    if (auto fault = parser_->parse_head(bytes)) return send(std::move(*fault), false);
    buffer_.consume(length);
    const api::Target target = api::split_target(parser_->target());
    const RequestHead head = parser_->head(target);
    route_ = api::find_route(head.method, target.path_and_query);
    sharing_ = sharing_headers(head, service_.access.origins);
    if (auto early = early_response(head, route_, service_.access, local_address_)) {
      return refuse(std::move(*early));
    }
    route_.request.encoding = api::content_encoding_from_name(head.content_encoding)
                                  .value_or(api::ContentEncoding::identity);
    if (parser_->is_done()) return handle();
    if (parser_->announced_length().value_or(0) > service_.context.max_body) {
      return refuse(body_too_large(service_.context.max_body));
    }
    begin_transfer(Service::body_time);
    // What fits is read at once, instead of a few hundred bytes at a time.
    buffer_.reserve(buffer_size);
    if (!parser_->is_http_1_0() && !parser_->field("Expect").empty()) return send_continue();
    parse_body();
  }

  void send_continue() {
    static constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(interim),
                      guarded([](Connection& self, error_code fault, std::size_t) {
                        if (!fault) self.parse_body();
                      }));
  }

  void read_body() {
    const std::size_t room = buffer_size - buffer_.size();
    if (room == 0) return send(head_too_large(), false);  // trailers or a chunk extension
    stream_.async_read_some(buffer_.prepare(room),
                            guarded([](Connection& self, error_code fault, std::size_t count) {
                              if (fault) return;
                              self.buffer_.commit(count);
                              self.parse_body();
                            }));
  }

  void parse_body() {
    auto [consumed, refusal] = parser_->parse_body(buffered());
    buffer_.consume(consumed);
    if (refusal) return send(std::move(*refusal), false);
    if (!hold(parser_->body_memory())) return refuse(api::too_busy());
    if (parser_->is_done()) return handle();
    moved(consumed);
    read_body();
  }

  void handle() {
    stream_.expires_never();
    is_in_store_ = true;
    if (route_.endpoint->is_feed()) return open_feed();
    route_.request.body = parser_->body();
    service_.store_threads.run(
        stream_.get_executor(),
        [self = shared_from_this()] {
          try {
            return self->route_.endpoint->handle(self->service_.context, self->route_.request);
          } catch (const std::exception& error) {
            return api::store_failed(error.what());
          }
        },
        [self = shared_from_this()](Response response) {
          self->respond_from_store(std::move(response));
        });
  }

  void respond_from_store(Response response) {
    is_in_store_ = false;
    send(std::move(response), can_keep_alive());
  }

  std::optional<Response> feed_refusal() const {
    if (service_.is_shutting_down) return api::error_response(503, "", "shutting down");
    if (service_.subscriptions.count() < service_.max_feeds()) return std::nullopt;
    return api::error_response(503, "", "too many live streams");
  }

  void open_feed() {
    const std::string_view last_event_id = parser_->field("Last-Event-ID");
    const auto after = last_event_id.empty() ? api::position_of(route_.request)
                                             : api::decode_cursor(last_event_id);
    if (!after) return respond_from_store(api::invalid_cursor());
    if (auto refusal = feed_refusal()) return respond_from_store(std::move(*refusal));
    // Reads a page to learn whether the store can be read; the feed reads it again.
    service_.store_threads.run(
        stream_.get_executor(),
        [&store = service_.context.store, run_id = route_.request.run_id, after = *after] {
          return stream::read_feed_page(store, run_id, after);
        },
        [self = shared_from_this(), after = *after](const stream::FeedPage& first) {
          using Outcome = stream::FeedPage::Outcome;
          if (first.outcome == Outcome::store_failed) {
            return self->respond_from_store(api::store_failed(first.fault));
          }
          // Others may have begun, and the server may shut down, while the page was read.
          if (auto refusal = self->feed_refusal()) {
            return self->respond_from_store(std::move(*refusal));
          }
          serve_feed(self->service_, self->stream_.release_socket(),
                     stream::Feed(self->route_.request.run_id, after), self->sharing_);
        });
  }

  // Responds to a request that was not read completely: the rest of it must not be parsed as the
  // next request.
  void refuse(Response response) {
    const bool keep_alive = parser_->is_done() && can_keep_alive();
    send(std::move(response), keep_alive);
  }

  void send(Response response, bool keep_alive) {
    parser_->discard_body();
    if (!hold(response.body.size())) response = api::too_busy();
    const bool has_body = response.status != 204;
    HeadOptions options{.is_http_1_0 = parser_->is_http_1_0(), .keep_alive = keep_alive};
    if (has_body) options.content_length = response.body.size();
    head_ = response_head(response, sharing_, options);
    body_ = parser_->is_head_request() ? std::string() : std::move(response.body);
    written_ = 0;
    keep_alive_ = keep_alive;
    begin_transfer(Service::response_time);
    write_response();
  }

  void write_response() {
    const std::size_t of_head = std::min(written_, head_.size());
    const std::array<asio::const_buffer, 2> rest{asio::buffer(head_) + of_head,
                                                 asio::buffer(body_) + (written_ - of_head)};
    stream_.async_write_some(rest,
                             guarded([](Connection& self, error_code fault, std::size_t count) {
                               if (fault) return;
                               self.written_ += count;
                               if (self.written_ == self.head_.size() + self.body_.size()) {
                                 return self.on_sent();
                               }
                               self.moved(count);
                               self.write_response();
                             }));
  }

  void on_sent() {
    std::string().swap(body_);
    hold(0);
    if (keep_alive_ && !service_.is_shutting_down) return read_head();
    error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    constexpr std::chrono::seconds linger_time{2};
    begin_transfer(linger_time);
    linger(2 * service_.context.max_body);
  }

  // Reads what the client is still sending: closing earlier would reset the connection, and the
  // client might never see the response.
  void linger(std::size_t left) {
    buffer_.clear();
    if (left < buffer_size) return;
    stream_.async_read_some(buffer_.prepare(buffer_size),
                            guarded([left](Connection& self, error_code fault, std::size_t count) {
                              if (!fault) self.linger(left - count);
                            }));
  }

  // Accounts for the memory of this connection's body or response. False when there is not enough.
  bool hold(std::size_t bytes) {
    if (bytes > held_) {
      if (!service_.connections.reserve(*this, bytes - held_)) return false;
    } else {
      service_.connections.release(held_ - bytes);
    }
    held_ = bytes;
    return true;
  }

  bool can_keep_alive() const { return parser_->keep_alive() && !service_.is_shutting_down; }
  void begin_transfer(std::chrono::seconds tolerance) {
    pace_.begin(Pace::Clock::now(), tolerance);
    stream_.expires_at(pace_.deadline());
  }
  void moved(std::size_t bytes) {
    pace_.moved(bytes, Pace::Clock::now());
    stream_.expires_at(pace_.deadline());
  }
  std::string_view buffered() const {
    return {static_cast<const char*>(buffer_.data().data()), buffer_.size()};
  }

  Service& service_;
  beast::tcp_stream stream_;
  std::string local_address_;
  beast::flat_buffer buffer_{buffer_size};
  std::size_t scanned_ = 0;  // of the head in buffer_
  std::optional<RequestParser> parser_;
  api::Route route_;
  api::Headers sharing_ = {};  // of the response
  std::string head_ = {};      // of the response
  std::string body_ = {};      // of the response
  std::size_t written_ = 0;    // of both
  bool keep_alive_ = false;    // after the response
  Pace pace_;
  std::size_t held_ = 0;
  bool is_in_store_ = false;
  bool is_idle_ = false;  // nothing of the next request has arrived
  bool is_evicted_ = false;
};

}  // namespace

void serve(Service& service, asio::ip::tcp::socket socket) {
  std::make_shared<Connection>(service, std::move(socket))->read_head();
}

}  // namespace trace::collector::server
