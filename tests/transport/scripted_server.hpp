// SPDX-License-Identifier: Apache-2.0
// A server that does exactly what a test says, good manners or not: each connection runs a script
// that reads and writes raw bytes, over TCP, TLS or a unix socket.
//
// One thread accepts and each connection has one; all waits end when the server does, after 20
// seconds at the latest.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "transport/certificates.hpp"

namespace trace::testing {

struct ReceivedRequest {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

// The server's end of one connection.
class Peer {
 public:
  Peer(int socket, void* tls) : socket_(socket), tls_(tls) {}

  // A whole request; nothing when the client is gone.
  std::optional<ReceivedRequest> read_request();
  // Only its head; the body stays unread, or is read afterwards.
  std::optional<ReceivedRequest> read_head();
  bool read_body(ReceivedRequest& request);
  // At least one byte of what comes next; empty when the client is gone.
  std::string read_some(std::size_t most);
  bool send(std::string_view bytes);
  // The client sees "connection reset".
  void reset();
  // Blocks until the client has closed the connection.
  void wait_for_close();

 private:
  int socket_;
  void* tls_;
  std::string unread_;
};

struct ServerOptions {
  std::optional<Identity> tls = {};
  std::string client_authority = {};  // clients must show a certificate that this one signed
  std::string unix_socket = {};       // instead of TCP
  bool ipv6 = false;                  // at ::1 instead of 127.0.0.1
};

class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;

  explicit ScriptedServer(Script script, const ServerOptions& options = {});
  // Responds to the first request with the first text, and so on; then repeats the last one.
  explicit ScriptedServer(std::vector<std::string> responses, const ServerOptions& options = {});
  ~ScriptedServer();

  int port() const noexcept { return port_; }
  std::string url() const;  // http:// or https://, 127.0.0.1 or [::1]
  int accepted() const noexcept { return accepted_.load(); }
  // The requests of read_request() in the second form of the constructor.
  std::vector<ReceivedRequest> requests() const;
  // The protocols that the last TLS client offered: "h2,http/1.1".
  std::string offered_protocols() const;
  void note_protocols(std::string protocols);

 private:
  void start(const ServerOptions& options);
  void accept_loop(const std::stop_token& stop);
  void serve(int socket);
  void answer(Peer& peer);

  Script script_;
  std::vector<std::string> responses_;
  std::shared_ptr<void> tls_;
  int listener_ = -1;
  int port_ = 0;
  std::string unix_socket_;
  bool ipv6_ = false;
  std::atomic<int> accepted_{0};
  mutable std::mutex mutex_;
  std::vector<ReceivedRequest> requests_;
  std::string protocols_;
  std::vector<int> sockets_;
  std::vector<std::jthread> connections_;
  std::jthread acceptor_;
};

// "HTTP/1.1 <status> …" with a Content-Length; `headers` are whole lines with CRLF.
std::string answer_text(int status, std::string_view body, std::string_view headers = {});

}  // namespace trace::testing
