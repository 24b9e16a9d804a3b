// SPDX-License-Identifier: Apache-2.0
#include "client.hpp"

#include <doctest/doctest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cctype>
#include <stdexcept>

namespace trace::testing {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

// A socket whose operations end in time.
struct Wire {
  explicit Wire(const std::string& url) {
    const std::string address = url.substr(url.find("//") + 2);
    const std::size_t colon = address.rfind(':');
    const tcp::endpoint endpoint(asio::ip::make_address(address.substr(0, colon)),
                                 static_cast<unsigned short>(std::stoi(address.substr(colon + 1))));
    socket.connect(endpoint);
  }

  // Runs one asynchronous operation to its end.
  template <class Start>
  error_code perform(std::chrono::milliseconds patience, Start start) {
    std::optional<error_code> outcome;
    start([&outcome](error_code fault, std::size_t) { outcome = fault; });
    io.restart();
    io.run_for(patience);
    if (!outcome) {
      socket.close();
      io.restart();
      io.run();
      throw std::runtime_error("the collector did not respond in time");
    }
    return *outcome;
  }

  asio::io_context io;
  tcp::socket socket{io};
};

boost::json::value parsed(const std::string& text) {
  error_code fault;
  boost::json::value value = boost::json::parse(text, fault);
  INFO("text: " << text);
  REQUIRE_FALSE(fault);
  return value;
}

std::string lower(boost::beast::string_view text) {
  std::string out(text.data(), text.size());
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

boost::json::value Reply::json() const { return parsed(body); }
boost::json::value StreamEvent::json() const { return parsed(data); }

struct Client::State {
  State(const std::string& url, std::chrono::milliseconds time) : wire(url), patience(time) {}
  Wire wire;
  std::chrono::milliseconds patience;
  boost::beast::flat_buffer buffer;
  bool head_only = false;
};

Client::Client(const std::string& url, std::chrono::milliseconds patience)
    : state_(std::make_unique<State>(url, patience)) {}
Client::~Client() = default;

Reply Client::send(const Request& request) {
  http::request<http::string_body> message;
  message.method_string(request.method);
  message.target(request.target);
  message.version(11);
  message.set(http::field::host, "127.0.0.1");
  for (const auto& [name, value] : request.headers) message.set(name, value);
  message.body() = request.body;
  message.prepare_payload();
  // An early response may close the connection while the body is being sent: read it anyway.
  state_->wire.perform(state_->patience,
                       [&](auto done) { http::async_write(state_->wire.socket, message, done); });
  state_->head_only = request.method == "HEAD";
  return read_reply();
}

Reply Client::post(const std::string& body, const std::map<std::string, std::string>& headers) {
  Request request{.method = "POST", .target = "/trace/events", .body = body, .headers = headers};
  request.headers.emplace("Content-Type", "application/x-ndjson");
  return send(request);
}

void Client::write(std::string_view bytes) {
  state_->wire.perform(state_->patience, [&](auto done) {
    asio::async_write(state_->wire.socket, asio::buffer(bytes), done);
  });
}

Reply Client::read_reply() {
  http::response_parser<http::string_body> parser;
  parser.body_limit(std::uint64_t{1} << 30);
  parser.skip(state_->head_only);
  const error_code fault = state_->wire.perform(state_->patience, [&](auto done) {
    http::async_read(state_->wire.socket, state_->buffer, parser, done);
  });
  if (fault) throw std::runtime_error("no response: " + fault.message());
  Reply reply;
  const auto& message = parser.get();
  reply.status = message.result_int();
  reply.keep_alive = message.keep_alive();
  for (const auto& field : message) {
    reply.headers[lower(field.name_string())] = std::string(field.value());
  }
  reply.body = message.body();
  return reply;
}

bool Client::is_closed_by_peer() {
  char byte = 0;
  const error_code fault = state_->wire.perform(state_->patience, [&](auto done) {
    state_->wire.socket.async_read_some(asio::buffer(&byte, 1), done);
  });
  return fault == asio::error::eof || fault == asio::error::connection_reset;
}

struct StreamClient::State {
  explicit State(const std::string& url) : wire(url) {}

  // Up to and including `end`; nothing at the end of the stream.
  std::optional<std::string> read_until(std::string_view end, std::chrono::milliseconds patience) {
    const error_code fault = wire.perform(patience, [&](auto done) {
      asio::async_read_until(wire.socket, asio::dynamic_buffer(buffer), end, done);
    });
    if (fault == asio::error::eof && buffer.empty()) return std::nullopt;
    if (fault) throw std::runtime_error("the stream broke: " + fault.message() + ": " + buffer);
    const std::size_t length = buffer.find(end) + end.size();
    std::string text = buffer.substr(0, length);
    buffer.erase(0, length);
    return text;
  }

  Wire wire;
  std::string buffer, head, raw;
};

StreamClient::StreamClient(const std::string& url, const std::string& target,
                           const std::map<std::string, std::string>& headers)
    : state_(std::make_unique<State>(url)) {
  std::string request = "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  for (const auto& [name, value] : headers) request.append(name + ": " + value + "\r\n");
  request += "\r\n";
  asio::write(state_->wire.socket, asio::buffer(request));
  state_->head = state_->read_until("\r\n\r\n", std::chrono::seconds(20)).value_or("");
}
StreamClient::~StreamClient() = default;

const std::string& StreamClient::head() const noexcept { return state_->head; }
const std::string& StreamClient::raw() const noexcept { return state_->raw; }

std::optional<StreamEvent> StreamClient::next(std::chrono::milliseconds patience) {
  const auto text = state_->read_until("\n\n", patience);
  if (!text) return std::nullopt;
  state_->raw += *text;
  StreamEvent event;
  std::string_view rest(*text);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    if (line.starts_with(":")) event = {"comment", "", std::string(line.substr(1))};
    if (line.starts_with("event: ")) event.name = line.substr(7);
    if (line.starts_with("id: ")) event.id = line.substr(4);
    if (line.starts_with("data: ")) event.data = line.substr(6);
  }
  return event;
}

StreamEvent StreamClient::next(std::string_view name) {
  while (auto event = next()) {
    if (event->name == name) return *event;
  }
  throw std::runtime_error("the stream ended without " + std::string(name));
}

}  // namespace trace::testing
