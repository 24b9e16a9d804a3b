// SPDX-License-Identifier: Apache-2.0
// Upload by itself: what it gives to libcurl, and what it refuses.
#include "http/upload.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>

#include "transport/sending.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

http::ConnectionSocket of_new_pair(std::array<int, 2>& pair) {
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
  return http::ConnectionSocket::duplicate_of(pair[0]);
}

}  // namespace

TEST_CASE("libcurl gets the first bytes of a direct upload, or all of another") {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  const std::string text(100'000, 'x');
  http::RequestBody body;
  body.add(text);
  std::string read(text.size(), '\0');
  std::array<int, 2> pair{};
  {
    http::Upload upload(easy.get(), body, of_new_pair(pair));
    CHECK(upload.direct());
    CHECK(upload.first().data() == text.data());
    CHECK(upload.first().size() < 16'000);
    CHECK(upload.size() == text.size());
    CHECK(http::Upload::on_request(&upload, nullptr, nullptr, 0, 0) == CURL_PREREQFUNC_OK);
    // libcurl has not sent them yet.
    CHECK(upload.send_rest() == CURL_SOCKET_BAD);
    CHECK_FALSE(upload.must_repeat());
    CHECK_FALSE(upload.end());
    CHECK(::recv(pair[1], read.data(), 1, MSG_DONTWAIT) == 0);  // nothing, and shut down
  }
  http::Upload upload(easy.get(), body, {});
  CHECK_FALSE(upload.direct());
  CHECK(http::Upload::on_read(read.data(), 1, read.size(), &upload) == text.size());
  CHECK(upload.end());
  for (const int end : pair) ::close(end);
}

TEST_CASE("a direct upload refuses a connection that its socket is not of, and new ones") {
  const std::string text(100'000, 'x');
  http::RequestBody body;
  body.add(text);
  std::array<int, 2> pair{};
  curl_sockaddr address{};
  address.family = AF_INET;
  address.socktype = SOCK_STREAM;
  {
    http::Upload upload(nullptr, body, of_new_pair(pair));
    CHECK(http::Upload::on_request(&upload, nullptr, nullptr, 0, 4711) == CURL_PREREQFUNC_ABORT);
    CHECK(upload.must_repeat());
    CHECK(upload.not_provable());
  }
  for (const int end : pair) ::close(end);
  {
    http::Upload upload(nullptr, body, of_new_pair(pair));
    CHECK(http::Upload::on_open_socket(&upload, CURLSOCKTYPE_IPCXN, &address) == CURL_SOCKET_BAD);
    CHECK(upload.must_repeat());
    CHECK_FALSE(upload.not_provable());
  }
  for (const int end : pair) ::close(end);
  http::Upload upload(nullptr, body, {});
  CHECK(http::Upload::on_request(&upload, nullptr, nullptr, 0, 4711) == CURL_PREREQFUNC_OK);
  for (http::Upload* any : {&upload, static_cast<http::Upload*>(nullptr)}) {
    const int opened = http::Upload::on_open_socket(any, CURLSOCKTYPE_IPCXN, &address);
    CHECK(opened > 2);
    ::close(opened);
  }
}

TEST_CASE("a direct upload does not begin where libcurl counts the bytes of another request") {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  const ScriptedServer server({answer_text(200, "")});
  const std::string text(100'000, 'x');
  curl_easy_setopt(easy.get(), CURLOPT_URL, server.url().c_str());
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, text.c_str());
  curl_easy_setopt(
      easy.get(), CURLOPT_WRITEFUNCTION,
      +[](char*, std::size_t, std::size_t count, void*) { return count; });
  REQUIRE(curl_easy_perform(easy.get()) == CURLE_OK);
  http::RequestBody body;
  body.add(text);
  std::array<int, 2> pair{};
  {
    http::Upload upload(easy.get(), body, of_new_pair(pair));
    CHECK(http::Upload::on_request(&upload, nullptr, nullptr, 0, 0) == CURL_PREREQFUNC_ABORT);
    CHECK(upload.not_provable());
    CHECK(upload.send_rest() == CURL_SOCKET_BAD);
  }
  for (const int end : pair) ::close(end);
}
