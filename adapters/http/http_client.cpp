// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <vector>

#include <trace/http_client.hpp>

#include "http/bearer_token.hpp"
#include "http/connection.hpp"
#include "http/endpoint.hpp"
#include "http/request_body.hpp"
#include "http/send_result.hpp"
#include "text/encodings.hpp"

namespace trace::http {
namespace {

// Limits the memory of a tool. 10,000 events of the largest size would be 1.3 GB.
constexpr std::size_t longest_response = 256 * 1024 * 1024;

}  // namespace

struct HttpClient::State {
  explicit State(const HttpOptions& options)
      : endpoint(options.endpoint),
        token(options.token, options.token_file),
        request_timeout(options.request_timeout),
        connection(options) {}

  Result<HttpResponse> request(Request request, std::string_view path, std::string_view header) {
    const std::string shown = endpoint.shown(path);
    if (!endpoint.usable()) return Error(shown, "the endpoint " + endpoint.problem());
    if (!token.load()) return Error(shown, token.problem());
    request.url = endpoint.url(path);
    request.longest_response = longest_response;
    const auto exchange = [&] {
      std::vector<std::string> headers;
      if (!header.empty()) headers.emplace_back(header);
      if (!token.value().empty()) headers.push_back("Authorization: Bearer " + token.value());
      request.headers = headers;
      return connection.exchange(request);
    };
    Response response = exchange();
    if ((response.status == 401 || response.status == 403) && token.reload()) response = exchange();

    const bool streaming = request.on_chunk != nullptr;
    const bool whole =
        response.end == Response::End::complete || response.end == Response::End::stopped ||
        (streaming && response.end == Response::End::interrupted && response.status == 200);
    if (!whole) return Error(shown, failure_text(response));
    return HttpResponse{response.status, std::move(response.content_type),
                        std::move(response.body)};
  }

  Endpoint endpoint;
  BearerToken token;
  std::chrono::milliseconds request_timeout;
  Connection connection;
};

HttpClient::HttpClient(const HttpOptions& options) : state_(std::make_unique<State>(options)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Result<HttpResponse> HttpClient::get(std::string_view path_and_query) {
  Request request;
  request.deadline = Request::Clock::now() + state_->request_timeout;
  return state_->request(std::move(request), path_and_query, {});
}

Result<HttpResponse> HttpClient::post(std::string_view path_and_query) {
  RequestBody empty;
  Request request;
  request.body = &empty;
  request.deadline = Request::Clock::now() + state_->request_timeout;
  // libcurl's default is that of a form, which backends refuse because browsers send it unasked.
  return state_->request(std::move(request), path_and_query, "Content-Type: application/json");
}

Result<HttpResponse> HttpClient::stream(std::string_view path_and_query, const OnChunk& on_chunk,
                                        std::string_view last_event_id,
                                        std::chrono::seconds silence) {
  Request request;
  request.deadline = Request::Clock::time_point::max();
  request.on_chunk = &on_chunk;
  request.silence = silence;
  const std::string header =
      last_event_id.empty() ? std::string() : "Last-Event-ID: " + one_line(last_event_id);
  return state_->request(std::move(request), path_and_query, header);
}

void HttpClient::interrupt() noexcept { state_->connection.interrupt(); }

std::string percent_encoded(std::string_view text) {
  using namespace detail::text;
  return url_encoded(text, UrlStyle::component, HexDigits::upper);
}

}  // namespace trace::http
