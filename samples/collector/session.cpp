#include "session.hpp"

#include <fmt/core.h>

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <optional>

#include "event_stream.hpp"
#include "request_rules.hpp"

namespace trace::collector {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

class Session final : public Connection, public std::enable_shared_from_this<Session> {
 public:
  Session(Service& service, asio::ip::tcp::socket socket)
      : service_(service), stream_(std::move(socket)) {
    service_.connections.join(*this);
  }
  ~Session() override {
    release_body();
    service_.connections.leave(*this);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void read_head();
  void wind_up() override;

 private:
  using Parser = http::request_parser<http::string_body>;

  void on_head(error_code fault);
  void read_body();
  void on_body(error_code fault);
  void answer();
  void open_stream();
  void send(Answer answer);
  void refuse(Answer answer);
  void on_sent(error_code fault, bool keep_alive);
  void linger(std::size_t left);
  bool reserve_body();
  void release_body();
  RequestHead head() const;
  // A completion handler that keeps the session alive.
  template <class Handler>
  auto keeping(Handler handler) {
    return [self = shared_from_this(), handler](error_code fault, std::size_t) {
      handler(*self, fault);
    };
  }

  Service& service_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  http::response<http::string_body> response_;
  std::optional<Route> route_;
  std::size_t reserved_ = 0;
  bool waiting_ = false;  // for the next request; nothing of it has been read
};

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

// What went wrong while a request was read, when the client can still be told.
std::optional<Answer> reading_fault(error_code fault, std::size_t max_body) {
  if (fault == http::error::body_limit) {
    return error_answer(413, "body", fmt::format("is larger than {} bytes", max_body));
  }
  if (fault == http::error::header_limit || fault == http::error::buffer_overflow) {
    return error_answer(431, "", "the header is too large");
  }
  const bool is_gone = fault == http::error::end_of_stream || fault == http::error::partial_message;
  if (!is_gone && fault.category() == http::make_error_code(http::error::bad_target).category()) {
    return error_answer(400, "", "this is not HTTP: " + fault.message());
  }
  return std::nullopt;
}

void Session::read_head() {
  parser_.emplace();
  parser_->header_limit(Service::max_header);
  parser_->body_limit(service_.max_body);
  waiting_ = buffer_.size() == 0;
  stream_.expires_after(Service::head_time);
  http::async_read_header(stream_, buffer_, *parser_,
                          keeping([](Session& self, error_code fault) { self.on_head(fault); }));
}

void Session::on_head(error_code fault) {
  waiting_ = false;
  if (fault) {
    if (auto answer = reading_fault(fault, service_.max_body)) refuse(std::move(*answer));
    return;
  }
  const RequestHead request = head();
  route_ = find_route(request.target);
  if (auto answer = refusal_of(request, route_, service_.token)) return refuse(std::move(*answer));
  if (parser_->is_done()) return answer();
  if (!reserve_body()) {
    Answer busy = error_answer(503, "", "too many requests at once");
    busy.headers.emplace_back("Retry-After", "1");
    return refuse(std::move(busy));
  }
  if (!beast::iequals(parser_->get()[http::field::expect], "100-continue")) return read_body();
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(go_on), keeping([](Session& self, error_code failed) {
                      if (!failed) self.read_body();
                    }));
}

RequestHead Session::head() const {
  const auto& message = parser_->get();
  return {.method = view(message.method_string()),
          .target = view(message.target()),
          .authorization = view(message[http::field::authorization]),
          .content_type = view(message[http::field::content_type]),
          .content_encoding = view(message[http::field::content_encoding])};
}

void Session::read_body() {
  // Beast reads what its buffer has room for: without this, a few hundred bytes at a time.
  constexpr std::size_t piece = 64 * 1024;
  buffer_.reserve(piece);
  stream_.expires_after(Service::body_time);
  http::async_read(stream_, buffer_, *parser_,
                   keeping([](Session& self, error_code fault) { self.on_body(fault); }));
}

void Session::on_body(error_code fault) {
  if (!fault) return answer();
  if (auto told = reading_fault(fault, service_.max_body)) refuse(std::move(*told));
}

void Session::answer() {
  stream_.expires_never();
  if (route_->resource == Resource::stream) return open_stream();
  const auto job = [&service = service_, &request = parser_->get(), route = *route_]() -> Answer {
    try {
      switch (route.resource) {
        case Resource::events: {
          const auto encoding = encoding_from_name(view(request[http::field::content_encoding]));
          return service.ingestion.take(encoding.value_or(Encoding::identity), request.body());
        }
        case Resource::runs:
          return service.reading.runs(route);
        case Resource::status:
          return service.reading.status(route);
        case Resource::trace:
          return service.reading.trace(route);
        case Resource::gaps:
          return service.reading.gaps(route);
        case Resource::stream:
          break;
      }
      return error_answer(404, "", "there is nothing here");
    } catch (const std::exception& error) {
      return store_failed(error.what());
    }
  };
  // The request lives in the session, which `then` keeps.
  service_.store_thread.run(stream_.get_executor(), job, [self = shared_from_this()](Answer told) {
    self->release_body();
    self->send(std::move(told));
  });
}

void Session::open_stream() {
  const auto last_seen = view(parser_->get()["Last-Event-ID"]);
  const auto cursor = cursor_of(last_seen.empty() ? route_->parameter("cursor")
                                                  : std::optional(std::string(last_seen)));
  if (!cursor) return send(bad_cursor());
  if (service_.streams.count() >= Service::max_streams) {
    return send(error_answer(503, "", "too many live streams"));
  }
  const auto job = [&service = service_, run_id = route_->run_id, after = *cursor] {
    return read_stream(service.reading, run_id, after);
  };
  service_.store_thread.run(
      stream_.get_executor(), job,
      [self = shared_from_this(), after = *cursor](const StreamReading& first) {
        if (!first.fault.empty()) return self->send(store_failed(first.fault));
        if (!first.step) return self->send(unknown_run());
        start_event_stream(self->service_, self->stream_.release_socket(), self->route_->run_id,
                           after);
      });
}

void Session::refuse(Answer answer) {
  // What is left of the request is not read: no further request can follow it.
  if (!parser_->is_done()) parser_->get().keep_alive(false);
  send(std::move(answer));
}

void Session::send(Answer answer) {
  const auto& request = parser_->get();
  const bool keep_alive = request.keep_alive() && !service_.winding_up;
  response_ = {};
  response_.version(request.version() == 10 ? 10 : 11);
  response_.result(answer.status);
  response_.set(http::field::server, "shiptrace-collector");
  response_.set(http::field::content_type, "application/json");
  response_.set(http::field::cache_control, "no-store");
  response_.set(http::field::accept_encoding, "gzip, zstd");  // of requests, RFC 7694
  for (const auto& [name, value] : answer.headers) response_.set(name, value);
  response_.keep_alive(keep_alive);
  if (request.method() != http::verb::head) response_.body() = std::move(answer.body);
  response_.prepare_payload();
  stream_.expires_after(Service::answer_time);
  http::async_write(stream_, response_, keeping([keep_alive](Session& self, error_code fault) {
                      self.on_sent(fault, keep_alive);
                    }));
}

void Session::on_sent(error_code fault, bool keep_alive) {
  response_ = {};
  if (fault) return;
  if (keep_alive && !service_.winding_up) return read_head();
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, fault);
  constexpr std::chrono::seconds patience{2};
  stream_.expires_after(patience);
  linger(2 * service_.max_body);
}

// Reads what the client is still sending: closing before would reset the connection, and the
// answer might never be seen.
void Session::linger(std::size_t left) {
  buffer_.clear();
  constexpr std::size_t piece = 64 * 1024;
  if (left < piece) return;
  stream_.async_read_some(buffer_.prepare(piece),
                          [self = shared_from_this(), left](error_code fault, std::size_t count) {
                            if (!fault) self->linger(left - count);
                          });
}

bool Session::reserve_body() {
  const auto length = parser_->content_length();
  const std::size_t need = length ? static_cast<std::size_t>(*length) : service_.max_body;
  if (service_.body_bytes_in_flight + need > Service::bodies_at_once * service_.max_body) {
    return false;
  }
  service_.body_bytes_in_flight += need;
  reserved_ = need;
  return true;
}

void Session::release_body() {
  service_.body_bytes_in_flight -= reserved_;
  reserved_ = 0;
}

void Session::wind_up() {
  if (waiting_) stream_.close();
}

}  // namespace

void serve(Service& service, asio::ip::tcp::socket socket) {
  std::make_shared<Session>(service, std::move(socket))->read_head();
}

}  // namespace trace::collector
