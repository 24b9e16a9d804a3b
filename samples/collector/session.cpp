#include "session.hpp"

#include <fmt/core.h>

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <optional>

#include "event_stream.hpp"
#include "growing_body.hpp"
#include "request_head.hpp"
#include "request_rules.hpp"

namespace trace::collector {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

// What is read at once of a body. Also the most of trailers and chunk extensions that is parsed:
// Beast throws when a value has more than 64 KiB.
constexpr std::size_t piece = 64 * 1024;

// Each request goes through: read_head, on_head, read_body, answer, send, and read_head again.
class Session final : public Connection, public std::enable_shared_from_this<Session> {
 public:
  Session(Service& service, asio::ip::tcp::socket socket);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void read_head();

  void wind_up() override;
  const Pace* pace() const override { return is_in_store_ ? nullptr : &pace_; }
  std::size_t held_bytes() const override { return held_; }
  void give_way() override;

 private:
  using Parser = http::request_parser<GrowingBody>;

  void read_more_head();
  void on_head(std::size_t length);
  void read_body();
  void on_body(error_code fault, std::size_t count);
  void answer();
  Answer answer_on_store_thread();
  void open_stream();
  void refuse(Answer answer);
  void send(Answer answer, bool keep_alive);
  void write_answer();
  void on_sent(bool keep_alive);
  void linger(std::size_t left);
  bool hold(std::size_t bytes);
  RequestHead head(const Target& target) const;
  bool can_keep_alive() const { return parser_->get().keep_alive() && !service_.winding_up; }
  void expect(std::chrono::seconds patience) {
    pace_.expect(Pace::Clock::now(), patience);
    stream_.expires_at(pace_.deadline());
  }
  void moved(std::size_t bytes) {
    pace_.moved(bytes, Pace::Clock::now());
    stream_.expires_at(pace_.deadline());
  }
  // A completion handler that keeps the session alive, and is not called after give_way().
  template <class Handler>
  auto keeping(Handler handler) {
    return [self = shared_from_this(), handler](error_code fault, std::size_t count) {
      if (!self->has_given_way_) handler(*self, fault, count);
    };
  }

  Service& service_;
  beast::tcp_stream stream_;
  std::string local_address_;
  beast::flat_buffer buffer_{piece};
  std::size_t scanned_ = 0;  // of the head in buffer_
  std::optional<Parser> parser_;
  http::response<http::string_body> response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
  Headers sharing_ = {};  // of the answer
  std::optional<Route> route_;
  Encoding encoding_ = Encoding::identity;
  Pace pace_;
  std::size_t held_ = 0;
  bool is_in_store_ = false;
  bool is_idle_ = false;  // nothing of the next request has come
  bool has_given_way_ = false;
};

template <class Text>
std::string_view view(const Text& text) {
  return {static_cast<const char*>(text.data()), text.size()};
}

std::string address_of(const asio::ip::tcp::socket& socket) {
  error_code fault;
  const auto address = socket.local_endpoint(fault).address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

Answer too_large(std::size_t max_body) {
  return error_answer(413, "body", fmt::format("is larger than {} bytes", max_body));
}

// What went wrong while a request was parsed, when the client can still be told.
std::optional<Answer> parsing_fault(error_code fault, std::size_t max_body) {
  if (fault == http::error::body_limit) return too_large(max_body);
  if (fault == http::error::header_limit || fault == http::error::buffer_overflow) {
    return error_answer(431, "", "the header is too large");
  }
  const bool is_gone = fault == http::error::end_of_stream || fault == http::error::partial_message;
  if (!is_gone && fault.category() == http::make_error_code(http::error::bad_target).category()) {
    return error_answer(400, "", "malformed HTTP: " + fault.message());
  }
  return std::nullopt;
}

Session::Session(Service& service, asio::ip::tcp::socket socket)
    : service_(service), stream_(std::move(socket)), local_address_(address_of(stream_.socket())) {
  service_.connections.join(*this);
}

Session::~Session() {
  hold(0);
  service_.connections.leave(*this);
}

void Session::read_head() {
  parser_.emplace();
  parser_->header_limit(Service::max_header);
  parser_->body_limit(boost::none);  // who asks comes before how much
  hold(0);
  sharing_.clear();
  scanned_ = 0;
  is_idle_ = buffer_.size() == 0;
  if (is_idle_) buffer_.shrink_to_fit();
  expect(is_idle_ ? Service::idle_time : Service::head_time);
  read_more_head();
}

void Session::read_more_head() {
  const HeadEnd end = find_head_end(view(buffer_.data()), scanned_);
  if (end.state == HeadEnd::State::complete) return on_head(end.length);
  if (end.state == HeadEnd::State::malformed) {
    return send(error_answer(400, "", "malformed HTTP: " + std::string(end.problem)), false);
  }
  scanned_ = buffer_.size();
  if (scanned_ >= Service::max_header) {
    return send(error_answer(431, "", "the header is too large"), false);
  }
  constexpr std::size_t head_piece = 4 * 1024;
  stream_.async_read_some(buffer_.prepare(head_piece),
                          keeping([](Session& self, error_code fault, std::size_t count) {
                            if (fault) return;
                            self.buffer_.commit(count);
                            if (self.is_idle_) self.expect(Service::head_time);
                            self.is_idle_ = false;
                            self.read_more_head();
                          }));
}

void Session::on_head(std::size_t length) {
  const std::string_view bytes = view(buffer_.data()).substr(0, length);
  if (auto fault = head_fault(bytes)) return send(std::move(*fault), false);
  error_code fault;
  parser_->put(asio::buffer(bytes), fault);
  buffer_.consume(length);
  if (fault) {
    auto told = parsing_fault(fault, service_.max_body);
    return send(std::move(told).value_or(error_answer(400, "", "malformed HTTP")), false);
  }
  const Target target = split_target(view(parser_->get().target()));
  const RequestHead request = head(target);
  route_ = find_route(target.path);
  sharing_ = sharing_headers(request.source, service_.access.origins);
  if (auto early = early_answer(request, route_, service_.access, local_address_)) {
    return refuse(std::move(*early));
  }
  encoding_ = encoding_from_name(request.content_encoding).value_or(Encoding::identity);
  if (parser_->is_done()) return answer();
  if (parser_->content_length().value_or(0) > service_.max_body) {
    return refuse(too_large(service_.max_body));
  }
  parser_->body_limit(service_.max_body);
  expect(Service::body_time);
  const auto& message = parser_->get();
  if (message.version() < 11 || message[http::field::expect].empty()) return read_body();
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(go_on),
                    keeping([](Session& self, error_code failed, std::size_t) {
                      if (!failed) self.read_body();
                    }));
}

RequestHead Session::head(const Target& target) const {
  const auto& message = parser_->get();
  return {.source = {.method = view(message.method_string()),
                     .host = view(message[http::field::host]),
                     .origin = view(message[http::field::origin]),
                     .fetch_site = view(message["Sec-Fetch-Site"]),
                     .fetch_mode = view(message["Sec-Fetch-Mode"]),
                     .fetch_dest = view(message["Sec-Fetch-Dest"]),
                     .preflight_method = view(message["Access-Control-Request-Method"])},
          .target_authority = target.authority,
          .authorization = view(message[http::field::authorization]),
          .content_type = view(message[http::field::content_type]),
          .content_encoding = view(message[http::field::content_encoding]),
          .has_body = !parser_->is_done()};
}

void Session::read_body() {
  // Beast reads what its buffer has room for: without this, a few hundred bytes at a time.
  buffer_.reserve(piece);
  http::async_read_some(stream_, buffer_, *parser_,
                        keeping([](Session& self, error_code fault, std::size_t count) {
                          self.on_body(fault, count);
                        }));
}

void Session::on_body(error_code fault, std::size_t count) {
  if (fault) {
    if (auto told = parsing_fault(fault, service_.max_body)) send(std::move(*told), false);
    return;
  }
  if (!hold(parser_->get().body().capacity())) return refuse(too_busy());
  if (parser_->is_done()) return answer();
  moved(count);
  read_body();
}

Answer Session::answer_on_store_thread() {
  try {
    switch (route_->resource) {
      case Resource::events:
        return service_.ingestion.take(encoding_, parser_->get().body());
      case Resource::runs:
        return service_.reading.runs(*route_);
      case Resource::status:
        return service_.reading.status(*route_);
      case Resource::trace:
        return service_.reading.trace(*route_);
      case Resource::gaps:
        return service_.reading.gaps(*route_);
      case Resource::stream:
        break;
    }
    return error_answer(404, "", "there is nothing here");
  } catch (const std::exception& error) {
    return store_failed(error.what());
  }
}

void Session::answer() {
  stream_.expires_never();
  is_in_store_ = true;
  if (route_->resource == Resource::stream) return open_stream();
  service_.store_thread.run(
      stream_.get_executor(),
      [self = shared_from_this()] { return self->answer_on_store_thread(); },
      [self = shared_from_this()](Answer told) {
        self->is_in_store_ = false;
        self->send(std::move(told), self->can_keep_alive());
      });
}

void Session::open_stream() {
  const auto last_seen = view(parser_->get()["Last-Event-ID"]);
  const auto cursor = cursor_of(last_seen.empty() ? route_->parameter("cursor")
                                                  : std::optional(std::string(last_seen)));
  const auto answer_instead = [](Session& self, Answer answer) {
    self.is_in_store_ = false;
    self.send(std::move(answer), self.can_keep_alive());
  };
  if (!cursor) return answer_instead(*this, bad_cursor());
  if (service_.streams.count() >= service_.max_streams) {
    return answer_instead(*this, error_answer(503, "", "too many live streams"));
  }
  const auto job = [&service = service_, run_id = route_->run_id, after = *cursor] {
    return read_stream(service.reading, run_id, after);
  };
  service_.store_thread.run(
      stream_.get_executor(), job,
      [self = shared_from_this(), after = *cursor, answer_instead](const StreamReading& first) {
        if (!first.fault.empty()) return answer_instead(*self, store_failed(first.fault));
        if (!first.step) return answer_instead(*self, unknown_run());
        start_event_stream(self->service_, self->stream_.release_socket(), self->route_->run_id,
                           after, self->sharing_);
      });
}

// Answers a request that is not read to its end: what is left of it must not be taken for the next.
void Session::refuse(Answer answer) {
  const bool keep_alive = parser_->is_done() && can_keep_alive();
  send(std::move(answer), keep_alive);
}

void Session::send(Answer answer, bool keep_alive) {
  auto& request = parser_->get();
  std::string().swap(request.body());
  if (!hold(answer.body.size())) answer = too_busy();
  response_ = {};
  response_.version(request.version() == 10 ? 10 : 11);
  response_.result(answer.status);
  response_.set(http::field::server, "shiptrace-collector");
  if (!answer.body.empty()) response_.set(http::field::content_type, "application/json");
  response_.set(http::field::cache_control, "no-store");
  response_.set(http::field::accept_encoding, "gzip, zstd");  // of requests, RFC 7694
  // Nothing here is a script or an image of anybody's page.
  response_.set("X-Content-Type-Options", "nosniff");
  response_.set("Cross-Origin-Resource-Policy", "same-origin");
  for (const auto& [name, value] : answer.headers) response_.set(name, value);
  for (const auto& [name, value] : sharing_) response_.set(name, value);
  response_.keep_alive(keep_alive);
  if (request.method() != http::verb::head) response_.body() = std::move(answer.body);
  response_.prepare_payload();
  if (answer.status == 204) response_.content_length(boost::none);  // 204 has no body
  serializer_.emplace(response_);
  expect(Service::answer_time);
  write_answer();
}

void Session::write_answer() {
  http::async_write_some(stream_, *serializer_,
                         keeping([](Session& self, error_code fault, std::size_t count) {
                           if (fault) return;
                           if (self.serializer_->is_done()) {
                             return self.on_sent(self.response_.keep_alive());
                           }
                           self.moved(count);
                           self.write_answer();
                         }));
}

void Session::on_sent(bool keep_alive) {
  serializer_.reset();
  response_ = {};
  hold(0);
  if (keep_alive && !service_.winding_up) return read_head();
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  constexpr std::chrono::seconds patience{2};
  expect(patience);
  linger(2 * service_.max_body);
}

// Reads what the client is still sending: closing before would reset the connection, and the
// answer might never be seen.
void Session::linger(std::size_t left) {
  buffer_.clear();
  if (left < piece) return;
  stream_.async_read_some(buffer_.prepare(piece),
                          keeping([left](Session& self, error_code fault, std::size_t count) {
                            if (!fault) self.linger(left - count);
                          }));
}

// Keeps account of what this connection holds of bodies and answers. False when there is no room
// for more.
bool Session::hold(std::size_t bytes) {
  if (bytes > held_) {
    if (!service_.connections.take_bytes(*this, bytes - held_)) return false;
  } else {
    service_.connections.return_bytes(held_ - bytes);
  }
  held_ = bytes;
  return true;
}

void Session::give_way() {
  has_given_way_ = true;
  hold(0);
  stream_.close();
  service_.connections.leave(*this);
}

void Session::wind_up() {
  if (is_idle_) stream_.close();
}

}  // namespace

void serve(Service& service, asio::ip::tcp::socket socket) {
  std::make_shared<Session>(service, std::move(socket))->read_head();
}

}  // namespace trace::collector
