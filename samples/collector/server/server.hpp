// SPDX-License-Identifier: Apache-2.0
// Server: the API on a listening socket. Owns the I/O thread's event loop, the store threads and
// all connections; does not know which database it serves.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <string>

#include "collector/options.hpp"
#include "collector/server/connection.hpp"

namespace trace::collector::server {

class Server {
 public:
  // `store` must outlive the server.
  Server(const Options& options, store::Store& store);
  ~Server();

  // Throws boost::system::system_error when the address cannot be listened on. Once.
  void listen(const Options& options);
  // "http://127.0.0.1:8400", with the port in use. After listen().
  std::string url() const;

  // Serves on the calling thread until SIGTERM or SIGINT, then finishes the requests in progress.
  void run();

 private:
  void run_io();
  void accept();
  void accept_ready();
  void serve_one(boost::asio::ip::tcp::socket socket);
  void accept_later();
  void shut_down();
  void on_removal();
  void look_later();

  // io_ destroys the last connections, which use everything above it until then.
  bool is_accepting_ = false;
  bool has_ended_ = false;
  stream::Subscriptions subscriptions_;
  ConnectionRegistry connections_;
  run::Watch watch_;
  api::Metrics metrics_;
  store::StoreThreads store_threads_;
  Service service_;
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  boost::asio::signal_set signals_{io_};
  boost::asio::steady_timer look_{io_};   // before the next look of watch_
  boost::asio::steady_timer pause_{io_};  // before the next accept; before the end of a shutdown
};

}  // namespace trace::collector::server
