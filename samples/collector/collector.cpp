#include "collector.hpp"

#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <csignal>

#include "session.hpp"

namespace trace::collector {
namespace {

// As many as asked for, if there are descriptors for them, for the database and for the rest.
std::size_t connection_limit(std::size_t wanted) {
  constexpr std::size_t others = 32;
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return wanted;
  const auto most = static_cast<std::size_t>(descriptors.rlim_cur);
  return std::min(wanted, most > 2 * others ? most - others : others);
}

void report_failed(const std::exception& error) {
  fmt::print(stderr, "shiptrace-collector: a connection failed: {}\n", error.what());
}

}  // namespace

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Collector::Collector(const Options& options)
    : store_(options.database),
      connections_(Service::bodies_at_once * options.max_body, [this] { on_departure(); }),
      reading_(store_),
      ingestion_(store_, options.max_body,
                 [this](const std::string& run_id) {
                   asio::post(io_, [this, run_id] { streams_.wake(run_id); });
                 }),
      service_{
          .reading = reading_,
          .ingestion = ingestion_,
          .store_thread = store_thread_,
          .streams = streams_,
          .connections = connections_,
          .access = {.origins = AllowedOrigins(options.allowed_origins), .token = options.token},
          .max_body = options.max_body,
          .max_connections = connection_limit(options.max_connections),
          .max_streams = std::min(service_.max_connections / 2, std::size_t{256}),
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
  acceptor_.non_blocking(true);
  service_.access.hosts = OwnHosts(
      {.host = options.host, .port = acceptor_.local_endpoint().port()}, options.allowed_hosts);
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
  serve_all();
  ended_ = true;
  store_thread_.join();
}

// What one connection throws (no memory, a library that does not expect its input) ends that
// connection and none of the others.
void Collector::serve_all() {
  for (;;) {
    try {
      io_.run();
      return;
    } catch (const std::exception& error) {
      report_failed(error);
    }
  }
}

// Waits for a client before there is room for it: only then somebody has to give way.
void Collector::accept() {
  if (accepting_) return;
  accepting_ = true;
  acceptor_.async_wait(tcp::acceptor::wait_read, [this](error_code fault) {
    accepting_ = false;
    if (service_.winding_up) return;
    if (fault) return accept_later();
    take_connections();
  });
}

void Collector::take_connections() {
  constexpr int at_once = 64;  // those that are here already have their turn in between
  for (int i = 0; i < at_once; ++i) {
    const bool is_full = connections_.count() >= service_.max_connections;
    if (is_full && i > 0) break;  // nobody gives way to a client that may not be there
    // All of them wait for the store: it will be done with one soon.
    if (is_full && !connections_.close_slowest()) return accept_later();
    error_code fault;
    tcp::socket socket = acceptor_.accept(fault);
    if (fault == asio::error::would_block) break;
    if (fault == asio::error::connection_aborted) continue;
    if (fault) {
      // Out of descriptors or memory: one that gives way has both.
      if (!connections_.close_slowest()) return accept_later();
      continue;
    }
    socket.set_option(tcp::no_delay(true), fault);
    serve_one(std::move(socket));
  }
  accept();
}

// There is nobody to accept the next connection while this one is taken: what it throws must not
// get to serve_all().
void Collector::serve_one(tcp::socket socket) {
  try {
    serve(service_, std::move(socket));
  } catch (const std::exception& error) {
    report_failed(error);
  }
}

void Collector::accept_later() {
  pause_.expires_after(std::chrono::milliseconds(20));
  pause_.async_wait([this](error_code cancelled) {
    if (!cancelled) accept();
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
  if (service_.winding_up && connections_.count() == 0)
    pause_.cancel();  // nobody is left to wait for
}

}  // namespace trace::collector
