// The collector as a whole: the store, the two threads, the listening socket, and their end.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <string>

#include "options.hpp"
#include "service.hpp"
#include "sqlite_store.hpp"

namespace trace::collector {

class Collector {
 public:
  // Opens the database. Throws StoreError.
  explicit Collector(const Options& options);
  ~Collector();
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  // Throws boost::system::system_error when the address cannot be listened on.
  void listen(const Options& options);
  // "http://127.0.0.1:8400", with the port that is really used.
  std::string url() const;

  // Serves on the calling thread until SIGTERM or SIGINT, then finishes what is under way.
  void run();

 private:
  void serve_all();
  void accept();
  void take_connections();
  void serve_one(boost::asio::ip::tcp::socket socket);
  void accept_later();
  void wind_up();
  void on_departure();

  // io_ takes the last connections with it, which use everything above it until then.
  bool accepting_ = false;
  bool ended_ = false;
  SqliteStore store_;
  LiveStreams streams_;
  Connections connections_;
  Reading reading_;
  Ingestion ingestion_;
  StoreThread store_thread_;
  Service service_;
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  boost::asio::signal_set signals_{io_};
  boost::asio::steady_timer pause_{io_};  // before the next accept; before a hard end
};

}  // namespace trace::collector
