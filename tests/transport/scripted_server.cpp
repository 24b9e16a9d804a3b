// SPDX-License-Identifier: Apache-2.0
#include "transport/scripted_server.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
constexpr timeval patience{20, 0};

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// The server's writes to clients that are gone must not raise SIGPIPE in the test; the client's
// must be seen.
void block_broken_pipes() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* in, unsigned in_size, void* server) {
  std::string offered;
  const unsigned char* http = nullptr;
  for (unsigned i = 0; i < in_size; i += 1U + in[i]) {
    const std::string one(reinterpret_cast<const char*>(in + i + 1), in[i]);
    offered += (offered.empty() ? "" : ",") + one;
    if (one == "http/1.1") http = in + i;
  }
  static_cast<ScriptedServer*>(server)->note_protocols(offered);
  if (http == nullptr) return SSL_TLSEXT_ERR_NOACK;
  *out = http + 1;
  *out_size = *http;
  return SSL_TLSEXT_ERR_OK;
}

std::shared_ptr<void> make_tls(const ServerOptions& options, ScriptedServer* server) {
  if (!options.tls) return {};
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate_file(context, options.tls->certificate_file.c_str(), SSL_FILETYPE_PEM);
  SSL_CTX_use_PrivateKey_file(context, options.tls->key_file.c_str(), SSL_FILETYPE_PEM);
  SSL_CTX_set_alpn_select_cb(context, &choose_protocol, server);
  if (!options.client_authority.empty()) {
    SSL_CTX_load_verify_locations(context, options.client_authority.c_str(), nullptr);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return {context, [](void* tls) { SSL_CTX_free(static_cast<SSL_CTX*>(tls)); }};
}

int listen_on(const ServerOptions& options) {
  sockaddr_in tcp{};
  sockaddr_in6 tcp6{};
  sockaddr_un local{};
  const bool is_local = !options.unix_socket.empty();
  tcp6.sin6_family = AF_INET6;
  tcp6.sin6_addr = in6addr_loopback;
  tcp.sin_family = AF_INET;
  tcp.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  local.sun_family = AF_UNIX;
  options.unix_socket.copy(local.sun_path, sizeof local.sun_path - 1);
  const auto* address = is_local       ? reinterpret_cast<const sockaddr*>(&local)
                        : options.ipv6 ? reinterpret_cast<const sockaddr*>(&tcp6)
                                       : reinterpret_cast<const sockaddr*>(&tcp);
  const int listener = ::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto size = static_cast<socklen_t>(is_local       ? sizeof local
                                           : options.ipv6 ? sizeof tcp6
                                                          : sizeof tcp);
  // Another server may follow at this address.
  const int on = 1;
  if (!is_local) ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (listener < 0 || ::bind(listener, address, size) != 0 || ::listen(listener, 16) != 0) {
    throw std::runtime_error("the scripted server cannot listen");
  }
  return listener;
}

}  // namespace

std::string answer_text(int status, std::string_view body, std::string_view headers) {
  return fmt::format("HTTP/1.1 {} Scripted\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(),
                     headers, body);
}

std::string Peer::read_some(std::size_t most) {
  if (!unread_.empty()) {
    std::string some = unread_.substr(0, most);
    unread_.erase(0, some.size());
    return some;
  }
  std::string buffer(most, '\0');
  const auto count = tls_ != nullptr
                         ? SSL_read(static_cast<SSL*>(tls_), buffer.data(), static_cast<int>(most))
                         : static_cast<int>(::recv(socket_, buffer.data(), most, 0));
  buffer.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return buffer;
}

std::optional<ReceivedRequest> Peer::read_head() {
  std::string head;
  std::size_t end = 0;
  while ((end = head.find("\r\n\r\n")) == std::string::npos) {
    const std::string more = read_some(64 * 1024);
    if (more.empty()) return {};
    head += more;
  }
  unread_.insert(0, head.substr(end + 4));
  head.resize(end + 2);
  ReceivedRequest request;
  const auto first = head.find(' ');
  const auto second = head.find(' ', first + 1);
  request.method = head.substr(0, first);
  request.target = head.substr(first + 1, second - first - 1);
  for (auto at = head.find("\r\n") + 2; at < head.size();) {
    const auto line_end = head.find("\r\n", at);
    const auto colon = head.find(':', at);
    const auto value = head.find_first_not_of(' ', colon + 1);
    request.headers[lower(head.substr(at, colon - at))] =
        head.substr(value, std::max(line_end, value) - value);
    at = line_end + 2;
  }
  return request;
}

bool Peer::read_body(ReceivedRequest& request) {
  const auto length = request.headers.find("content-length");
  const std::size_t size = length == request.headers.end() ? 0 : std::stoul(length->second);
  while (request.body.size() < size) {
    const std::string more =
        read_some(std::min<std::size_t>(size - request.body.size(), 256 * 1024));
    if (more.empty()) return false;
    request.body += more;
  }
  return true;
}

std::optional<ReceivedRequest> Peer::read_request() {
  auto request = read_head();
  if (request && read_body(*request)) return request;
  return {};
}

bool Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count =
        tls_ != nullptr
            ? SSL_write(static_cast<SSL*>(tls_), bytes.data(), static_cast<int>(bytes.size()))
            : static_cast<int>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void Peer::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void Peer::wait_for_close() {
  while (!read_some(64 * 1024).empty()) continue;
}

ScriptedServer::ScriptedServer(Script script, const ServerOptions& options)
    : script_(std::move(script)) {
  start(options);
}

ScriptedServer::ScriptedServer(std::vector<std::string> responses, const ServerOptions& options)
    : responses_(std::move(responses)) {
  script_ = [this](Peer& peer) { answer(peer); };
  start(options);
}

void ScriptedServer::start(const ServerOptions& options) {
  unix_socket_ = options.unix_socket;
  ipv6_ = options.ipv6;
  tls_ = make_tls(options, this);
  listener_ = listen_on(options);
  if (unix_socket_.empty()) {
    // The port of both families is at the same place.
    sockaddr_in6 address{};
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin6_port);
  }
  acceptor_ = std::jthread([this](const std::stop_token& stop) { accept_loop(stop); });
}

ScriptedServer::~ScriptedServer() {
  acceptor_.request_stop();
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  connections_.clear();
  ::close(listener_);
}

void ScriptedServer::accept_loop(const std::stop_token& stop) {
  block_broken_pipes();
  for (;;) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) {
      if (stop.stop_requested()) return;
      continue;
    }
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    accepted_.fetch_add(1);
    const std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    connections_.emplace_back([this, socket] { serve(socket); });
  }
}

void ScriptedServer::serve(int socket) {
  block_broken_pipes();
  SSL* tls = nullptr;
  bool ready = true;
  if (tls_) {
    tls = SSL_new(static_cast<SSL_CTX*>(tls_.get()));
    SSL_set_fd(tls, socket);
    ready = SSL_accept(tls) == 1;
  }
  if (ready) {
    Peer peer(socket, tls);
    script_(peer);
    if (tls != nullptr) SSL_shutdown(tls);
  } else {
    // Closing with unread bytes would reset the connection and discard the alert that is being
    // sent.
    ::shutdown(socket, SHUT_WR);
    char rest[4096];
    while (::recv(socket, rest, sizeof rest, 0) > 0) continue;
  }
  SSL_free(tls);
  ERR_clear_error();
  const std::lock_guard lock(mutex_);
  std::erase(sockets_, socket);
  ::close(socket);
}

void ScriptedServer::answer(Peer& peer) {
  while (auto request = peer.read_request()) {
    std::string text;
    {
      const std::lock_guard lock(mutex_);
      text = responses_[std::min(requests_.size(), responses_.size() - 1)];
      requests_.push_back(std::move(*request));
    }
    if (!peer.send(text)) return;
  }
}

std::string ScriptedServer::url() const {
  return fmt::format("{}://{}:{}", tls_ ? "https" : "http", ipv6_ ? "[::1]" : "127.0.0.1", port_);
}

std::vector<ReceivedRequest> ScriptedServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::string ScriptedServer::offered_protocols() const {
  const std::lock_guard lock(mutex_);
  return protocols_;
}

void ScriptedServer::note_protocols(std::string protocols) {
  const std::lock_guard lock(mutex_);
  protocols_ = std::move(protocols);
}

}  // namespace trace::testing
