#include "collector.hpp"

#include <fmt/core.h>

#include <boost/asio/post.hpp>
#include <csignal>

#include "session.hpp"

namespace trace::collector {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Collector::Collector(const Options& options)
    : store_(options.database),
      connections_([this] { on_departure(); }),
      reading_(store_),
      ingestion_(store_, options.max_body,
                 [this](const std::string& run_id) {
                   asio::post(io_, [this, run_id] { streams_.wake(run_id); });
                 }),
      service_{.reading = reading_,
               .ingestion = ingestion_,
               .store_thread = store_thread_,
               .streams = streams_,
               .connections = connections_,
               .token = options.token,
               .max_body = options.max_body,
               .keepalive = options.keepalive} {}

Collector::~Collector() {
  ended_ = true;
  store_thread_.join();
}

void Collector::listen(const Options& options) {
  // Before anybody can know that we are here: whoever does may ask us to end.
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  const tcp::endpoint endpoint(asio::ip::make_address(options.host), options.port);
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(tcp::acceptor::reuse_address(true));
  acceptor_.bind(endpoint);
  acceptor_.listen();
}

std::string Collector::url() const {
  const tcp::endpoint endpoint = acceptor_.local_endpoint();
  const std::string address = endpoint.address().to_string();
  const std::string host = endpoint.address().is_v6() ? "[" + address + "]" : address;
  return fmt::format("http://{}:{}", host, endpoint.port());
}

void Collector::run() {
  signals_.async_wait([this](error_code fault, int) {
    if (!fault) wind_up();
  });
  accept();
  io_.run();
  ended_ = true;
  store_thread_.join();
}

void Collector::accept() {
  if (accepting_ || connections_.count() >= Service::max_connections) return;
  accepting_ = true;
  acceptor_.async_accept([this](error_code fault, tcp::socket socket) {
    accepting_ = false;
    if (service_.winding_up) return;
    if (fault) {
      // Out of descriptors, mostly: connections have to end before there are new ones.
      pause_.expires_after(std::chrono::milliseconds(100));
      pause_.async_wait([this](error_code cancelled) {
        if (!cancelled) accept();
      });
      return;
    }
    socket.set_option(tcp::no_delay(true), fault);
    serve(service_, std::move(socket));
    accept();
  });
}

void Collector::wind_up() {
  service_.winding_up = true;
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  connections_.wind_up();
  signals_.clear(ignored);  // a second signal ends the process at once
  if (connections_.count() == 0) return;
  // A client that is in the middle of a request gets this long to be done with it.
  constexpr std::chrono::seconds patience{5};
  pause_.expires_after(patience);
  pause_.async_wait([this](error_code fault) {
    if (!fault) io_.stop();
  });
}

void Collector::on_departure() {
  if (ended_) return;
  if (!service_.winding_up) return accept();
  if (connections_.count() == 0) pause_.cancel();  // nobody is left to wait for
}

}  // namespace trace::collector
