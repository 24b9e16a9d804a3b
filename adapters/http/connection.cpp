// SPDX-License-Identifier: Apache-2.0
#include "http/connection.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "http/broken_pipe_guard.hpp"
#include "http/endpoint.hpp"
#include "http/send_result.hpp"
#include "http/upload.hpp"

namespace trace::http {
namespace {

using std::chrono::milliseconds;

// libcurl hands bytes to the kernel in pieces of this size: a full batch in one. Its default, 64
// KiB, was measured to cost a fifth to a half more CPU.
constexpr long upload_buffer = 1024 * 1024;

void start_libcurl() {
  [[maybe_unused]] static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
}

// The time left as libcurl wants it: at least 1 ms, for 0 means without a limit.
long left_ms(Request::Clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - Request::Clock::now());
  return static_cast<long>(std::clamp<milliseconds::rep>(left.count(), 1, 1 << 30));
}

// Nothing of ours may take the descriptors of the host's standard streams (Upload::on_open_socket).
// libcurl's multi handle opens some of its own.
CURLM* open_multi_handle() {
  std::array<int, STDERR_FILENO + 1> placeholders{};
  for (int& placeholder : placeholders) {
    placeholder = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (placeholder > STDERR_FILENO) ::close(std::exchange(placeholder, -1));
  }
  CURLM* multi = curl_multi_init();
  for (const int placeholder : placeholders) {
    if (placeholder >= 0) ::close(placeholder);
  }
  return multi;
}

// A header of the final response; of several with this name the last.
std::string header_of(CURL* easy, const char* name) {
  curl_header* header = nullptr;
  const auto find = [&](std::size_t index) {
    return curl_easy_header(easy, name, index, CURLH_HEADER, -1, &header) == CURLHE_OK;
  };
  return find(0) && find(header->amount - 1) ? header->value : "";
}

// With a proxy even the connection of an http:// URL may be encrypted.
bool nothing_encrypts(const HttpOptions& options, bool no_proxy) {
  return no_proxy && curl_strnequal(options.endpoint.c_str(), "http://", 7) != 0;
}

}  // namespace

struct Connection::Transfer {
  bool interrupted = false;  // while it ran
  CURL* easy = nullptr;
  const Request* request = nullptr;
  Response response;
  std::optional<Upload> upload;  // empty: GET
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers{nullptr,
                                                                      &curl_slist_free_all};

  void add_header(const char* line) {
    curl_slist* longer = curl_slist_append(headers.get(), line);
    if (longer == nullptr) throw std::bad_alloc();
    headers.release();  // NOLINT: its nodes belong to `longer` now
    headers.reset(longer);
  }
};

Connection::Connection(const HttpOptions& options)
    : easy_((start_libcurl(), curl_easy_init()), &curl_easy_cleanup),
      multi_(open_multi_handle(), &curl_multi_cleanup),
      connect_timeout_(options.connect_timeout),
      error_text_(CURL_ERROR_SIZE, '\0') {
  if (!easy_ || !multi_) throw std::bad_alloc();
  set_up(options);
  set_up_error_ = option_error_;
}

Connection::~Connection() {
  // Closing a TLS connection writes to a peer that may be gone.
  const BrokenPipeGuard guard;
  multi_.reset();
  easy_.reset();
}

template <class Value>
void Connection::set(CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy_.get(), option, value);
  if (code != CURLE_OK && option_error_ == CURLE_OK) option_error_ = code;
}

void Connection::set_up(const HttpOptions& options) {
  set(CURLOPT_ERRORBUFFER, error_text_.data());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  // A libcurl without HTTP/2 refuses the option; HTTP/1.1 will do then.
  curl_easy_setopt(easy_.get(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(CURLOPT_USERAGENT, "shiptrace/" SHIPTRACE_VERSION);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_TCP_KEEPIDLE, 15L);
  set(CURLOPT_TCP_KEEPINTVL, 5L);
  set(CURLOPT_UPLOAD_BUFFERSIZE, upload_buffer);
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  // Otherwise the end of an exchange waits for a name lookup that hangs, whatever the deadline.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_READFUNCTION, &Upload::on_read);
  set(CURLOPT_SEEKFUNCTION, &Upload::on_seek);
  set(CURLOPT_PREREQFUNCTION, &Upload::on_request);
  set(CURLOPT_OPENSOCKETFUNCTION, &Upload::on_open_socket);

  const auto set_text = [this](CURLoption option, const std::string& text) {
    if (!text.empty()) set(option, text.c_str());
  };
  set_text(CURLOPT_CAINFO, options.ca_file);
  set_text(CURLOPT_SSLCERT, options.client_certificate_file);
  set_text(CURLOPT_SSLKEY, options.client_key_file);
  set_text(CURLOPT_UNIX_SOCKET_PATH, options.unix_socket);
  set_text(CURLOPT_PROXY, options.proxy);
  // A proxy from the environment is for the network, not for this machine.
  const bool no_proxy = options.proxy.empty() &&
                        (!options.unix_socket.empty() || Endpoint(options.endpoint).loopback());
  if (no_proxy) set(CURLOPT_PROXY, "");
  direct_uploads_ = nothing_encrypts(options, no_proxy);
}

void Connection::prepare(const Request& request, Transfer& transfer) {
  transfer.easy = easy_.get();
  transfer.request = &request;
  for (const std::string& header : request.headers) transfer.add_header(header.c_str());
  error_text_[0] = '\0';
  option_error_ = set_up_error_;

  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_WRITEDATA, &transfer);
  if (request.body == nullptr) {
    set(CURLOPT_HTTPGET, 1L);
  } else {
    transfer.add_header("Expect:");  // no pause before the body
    const Upload& upload = *transfer.upload;
    const std::string length = fmt::format("Content-Length: {}", upload.size());
    if (upload.direct()) transfer.add_header(length.c_str());
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS, upload.direct() ? upload.first().data() : nullptr);
    set(CURLOPT_POSTFIELDSIZE_LARGE,
        static_cast<curl_off_t>(upload.direct() ? upload.first().size() : upload.size()));
  }
  Upload* const upload = transfer.upload ? &*transfer.upload : nullptr;
  set(CURLOPT_READDATA, upload);
  set(CURLOPT_SEEKDATA, upload);
  set(CURLOPT_PREREQDATA, upload);
  set(CURLOPT_OPENSOCKETDATA, upload);
  set(CURLOPT_HTTPHEADER, transfer.headers.get());

  const bool endless = request.deadline == Request::Clock::time_point::max();
  const long left = left_ms(request.deadline);
  const long connect = static_cast<long>(std::max<milliseconds::rep>(connect_timeout_.count(), 1));
  set(CURLOPT_TIMEOUT_MS, endless ? 0L : left);
  set(CURLOPT_CONNECTTIMEOUT_MS, std::min(connect, left));
  set(CURLOPT_LOW_SPEED_LIMIT, request.silence.count() > 0 ? 1L : 0L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.silence.count()));
}

Response Connection::exchange(const Request& request) {
  if (request.body != nullptr && kept_socket_) {
    if (auto response = attempt(request, std::move(kept_socket_))) return std::move(*response);
  }
  return *attempt(request, {});
}

std::optional<Response> Connection::attempt(const Request& request, ConnectionSocket kept) {
  Transfer transfer;
  if (request.body != nullptr) transfer.upload.emplace(easy_.get(), *request.body, std::move(kept));
  prepare(request, transfer);
  if (interrupted_.exchange(false)) {
    transfer.response.end = Response::End::interrupted;
    return std::move(transfer.response);
  }
  if (option_error_ != CURLE_OK) {
    transfer.response.code = option_error_;
    transfer.response.problem = curl_easy_strerror(transfer.response.code);
    return std::move(transfer.response);
  }
  const BrokenPipeGuard guard;
  transfer.response.code = CURLE_FAILED_INIT;
  if (curl_multi_add_handle(multi_.get(), easy_.get()) == CURLM_OK) {
    run(request, transfer);
    if (transfer.upload) end_upload(transfer);
    // Before the response is read: libcurl must hold nothing of this exchange any more.
    curl_multi_remove_handle(multi_.get(), easy_.get());
  }
  if (transfer.response.end == Response::End::failed && transfer.upload &&
      transfer.upload->must_repeat()) {
    if (!transfer.interrupted) return std::nullopt;
    transfer.response.end = Response::End::interrupted;
  }
  finish(transfer);
  return std::move(transfer.response);
}

void Connection::end_upload(Transfer& transfer) {
  const bool connection_is_clean = transfer.upload->end();
  if (transfer.upload->not_provable()) direct_uploads_ = false;
  if (direct_uploads_ && connection_is_clean && transfer.response.end == Response::End::complete) {
    kept_socket_ = ConnectionSocket::of_kept_connection(easy_.get());
  }
}

void Connection::run(const Request& request, Transfer& transfer) {
  Response& response = transfer.response;
  for (;;) {
    int running = 0;
    if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) return;
    transfer.interrupted = interrupted_.exchange(false);
    if (running == 0) {
      int left = 0;
      const CURLMsg* message = curl_multi_info_read(multi_.get(), &left);
      if (message == nullptr || message->msg != CURLMSG_DONE) return;
      response.code = message->data.result;
      if (response.code == CURLE_OK) response.end = Response::End::complete;
      return;
    }
    if (transfer.interrupted) {
      response.end = Response::End::interrupted;
      return;
    }
    // libcurl keeps its own time; this is for an exchange that it forgets.
    if (Request::Clock::now() > request.deadline) {
      response.code = CURLE_OPERATION_TIMEDOUT;
      return;
    }
    curl_waitfd full{CURL_SOCKET_BAD, CURL_WAIT_POLLOUT, 0};
    if (transfer.upload) full.fd = transfer.upload->send_rest();
    const unsigned waits = full.fd == CURL_SOCKET_BAD ? 0 : 1;
    const long wait = std::min(left_ms(request.deadline), 10'000L);
    curl_multi_poll(multi_.get(), &full, waits, static_cast<int>(wait), nullptr);
  }
}

void Connection::finish(Transfer& transfer) {
  Response& response = transfer.response;
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  response.status = status >= 200 ? static_cast<int>(status) : 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &status);
  response.connect_status = static_cast<int>(status);
  response.content_type = header_of(easy_.get(), "content-type");
  response.location = header_of(easy_.get(), "location");
  response.retry_after = header_of(easy_.get(), "retry-after");
  response.accept_encoding = header_of(easy_.get(), "accept-encoding");
  if (response.end != Response::End::failed) return;
  response.problem.assign(error_text_, 0, error_text_.find('\0'));
  // Messages about a malformed proxy quote it, password included.
  if (response.problem.empty() || response.problem.find('@') != std::string::npos) {
    response.problem = curl_easy_strerror(response.code);
  }
  response.problem = one_line(response.problem);
}

void Connection::interrupt() noexcept {
  interrupted_.store(true);
  curl_multi_wakeup(multi_.get());
}

std::size_t Connection::on_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  Response& response = transfer.response;
  const std::string_view piece(bytes, size * count);
  try {
    long status = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    if (transfer.request->on_chunk != nullptr && status == 200) {
      if ((*transfer.request->on_chunk)(piece)) return piece.size();
      response.end = Response::End::stopped;
      return 0;
    }
    if (piece.size() > transfer.request->longest_response - response.body.size()) {
      response.end = Response::End::too_long;
      return 0;
    }
    response.body += piece;
  } catch (...) {
    return 0;
  }
  return piece.size();
}

}  // namespace trace::http
