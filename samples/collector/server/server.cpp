// SPDX-License-Identifier: Apache-2.0
#include "collector/server/server.hpp"

#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cassert>
#include <csignal>

namespace trace::collector::server {
namespace {

// The requested number, as far as the limit of descriptors allows, with a reserve for the database.
std::size_t connection_limit(std::size_t requested) {
  constexpr std::size_t reserve = 32;
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return requested;
  const auto available = static_cast<std::size_t>(descriptors.rlim_cur);
  return std::min(requested, available > 2 * reserve ? available - reserve : reserve);
}

void report_failure(const std::exception& error) {
  fmt::print(stderr, "shiptrace-collector: a connection failed: {}\n", error.what());
}

}  // namespace

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Server::Server(const Options& options, store::Store& store)
    : connections_(Service::max_bodies * options.max_body, [this] { on_removal(); }),
      watch_(store, options.times),
      store_threads_(store.concurrency()),
      service_{.store_threads = store_threads_,
               .context = {store, watch_, metrics_, options.max_body,
                           [this](const std::string& run_id) {
                             asio::post(io_, [this, run_id] { subscriptions_.notify(run_id); });
                           }},
               .subscriptions = subscriptions_,
               .connections = connections_,
               .access = {.origins = options.allowed_origins, .token = options.token},
               .max_connections = connection_limit(options.max_connections),
               .keepalive = options.keepalive} {}

Server::~Server() {
  has_ended_ = true;
  store_threads_.join();
}

void Server::listen(const Options& options) {
  assert(!acceptor_.is_open());
  // Before anyone can connect: whoever does may send the signal.
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  const tcp::endpoint endpoint(asio::ip::make_address(options.host), options.port);
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(tcp::acceptor::reuse_address(true));
  acceptor_.bind(endpoint);
  acceptor_.listen();
  acceptor_.non_blocking(true);
  service_.access.hosts = {
      .listen = {.host = options.host, .port = acceptor_.local_endpoint().port()},
      .allowed = options.allowed_hosts};
}

std::string Server::url() const {
  assert(acceptor_.is_open());
  const tcp::endpoint endpoint = acceptor_.local_endpoint();
  const std::string address = endpoint.address().to_string();
  const std::string host = endpoint.address().is_v6() ? "[" + address + "]" : address;
  return fmt::format("http://{}:{}", host, endpoint.port());
}

void Server::run() {
  signals_.async_wait([this](error_code fault, int) {
    if (!fault) shut_down();
  });
  accept();
  look_later();
  run_io();
  has_ended_ = true;
  store_threads_.join();
}

// An exception of one connection (no memory, unexpected input for a library) ends only that one.
void Server::run_io() {
  for (;;) {
    try {
      io_.run();
      return;
    } catch (const std::exception& error) {
      report_failure(error);
    }
  }
}

// Waits for a client before there is room for it: only then is a connection evicted.
void Server::accept() {
  if (is_accepting_) return;
  is_accepting_ = true;
  acceptor_.async_wait(tcp::acceptor::wait_read, [this](error_code fault) {
    is_accepting_ = false;
    if (service_.is_shutting_down) return;
    if (fault) return accept_later();
    accept_ready();
  });
}

void Server::accept_ready() {
  constexpr int at_once = 64;  // then the open connections get their turn
  for (int i = 0; i < at_once; ++i) {
    const bool is_full = connections_.count() >= service_.max_connections;
    if (is_full && i > 0) break;  // evict for a client that is known to wait only
    // All of them are waiting for the store, which will finish one soon.
    if (is_full && !connections_.evict_slowest()) return accept_later();
    error_code fault;
    tcp::socket socket = acceptor_.accept(fault);
    if (fault == asio::error::would_block) break;
    if (fault == asio::error::connection_aborted) continue;
    if (fault) {
      // Out of descriptors or memory: evicting a connection frees both.
      if (!connections_.evict_slowest()) return accept_later();
      continue;
    }
    socket.set_option(tcp::no_delay(true), fault);
    serve_one(std::move(socket));
  }
  accept();
}

// An exception must not reach run_io() from here: nothing would accept the next connection.
void Server::serve_one(tcp::socket socket) {
  try {
    serve(service_, std::move(socket));
  } catch (const std::exception& error) {
    report_failure(error);
  }
}

void Server::accept_later() {
  pause_.expires_after(std::chrono::milliseconds(20));
  pause_.async_wait([this](error_code cancelled) {
    if (!cancelled) accept();
  });
}

void Server::look_later() {
  look_.expires_after(watch_.interval());
  look_.async_wait([this](error_code cancelled) {
    if (cancelled) return;
    store_threads_.run(
        io_.get_executor(),
        [this]() -> std::vector<std::string> {
          std::vector<std::string> changed;
          try {
            watch_.look(run::milliseconds_now(), changed);
          } catch (const std::exception& error) {
            fmt::print(stderr, "shiptrace-collector: cannot look after the runs: {}\n",
                       error.what());
          }
          return changed;
        },
        [this](const std::vector<std::string>& changed) {
          for (const std::string& run_id : changed) subscriptions_.notify(run_id);
          if (!service_.is_shutting_down) look_later();
        });
  });
}

void Server::shut_down() {
  service_.is_shutting_down = true;
  look_.cancel();
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  connections_.shut_down();
  signals_.clear(ignored);  // a second signal ends the process immediately
  if (connections_.count() == 0) return;
  // The time that clients have to finish the requests in progress.
  constexpr std::chrono::seconds shutdown_time{5};
  pause_.expires_after(shutdown_time);
  pause_.async_wait([this](error_code fault) {
    if (!fault) io_.stop();
  });
}

void Server::on_removal() {
  if (has_ended_) return;
  if (service_.is_shutting_down && connections_.count() == 0) pause_.cancel();
}

}  // namespace trace::collector::server
