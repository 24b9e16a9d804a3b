#include "http/http_client.hpp"

#include <utility>
#include <vector>

#include "http/answer.hpp"
#include "http/bearer_token.hpp"
#include "http/connection.hpp"
#include "http/endpoint.hpp"
#include "http/verdict.hpp"

#include "text/encodings.hpp"

namespace trace::http {
namespace {

// A page of 10,000 events of the largest size has 1.3 GB; a tool asks for smaller pages.
constexpr std::size_t longest_answer = 256 * 1024 * 1024;

}  // namespace

struct HttpClient::State {
  explicit State(const HttpOptions& options)
      : endpoint(options.endpoint),
        token(options.token, options.token_file),
        request_timeout(options.request_timeout),
        connection(options) {}

  Result<HttpResponse> ask(Request request, std::string_view path, std::string_view header);

  Endpoint endpoint;
  BearerToken token;
  std::chrono::milliseconds request_timeout;
  Connection connection;
};

Result<HttpResponse> HttpClient::State::ask(Request request, std::string_view path,
                                            std::string_view header) {
  const std::string shown = endpoint.shown(path);
  if (!endpoint.usable()) return Error(shown, endpoint.problem());
  if (!token.load()) return Error(shown, token.problem());
  request.url = endpoint.url(path);
  request.longest_answer = longest_answer;
  const auto exchange = [&] {
    std::vector<std::string> headers;
    if (!header.empty()) headers.emplace_back(header);
    if (!token.value().empty()) headers.push_back("Authorization: Bearer " + token.value());
    request.headers = headers;
    return connection.exchange(request);
  };
  Reply reply = exchange();
  if ((reply.status == 401 || reply.status == 403) && token.reload()) reply = exchange();

  const bool streaming = request.on_chunk != nullptr;
  const bool whole = reply.end == Reply::End::complete || reply.end == Reply::End::stopped ||
                     (streaming && reply.end == Reply::End::interrupted && reply.status == 200);
  if (!whole) return Error(shown, failure_text(reply));
  return HttpResponse{reply.status, std::move(reply.content_type), std::move(reply.body)};
}

HttpClient::HttpClient(const HttpOptions& options) : state_(std::make_unique<State>(options)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Result<HttpResponse> HttpClient::get(std::string_view path_and_query) {
  Request request;
  request.deadline = Request::Clock::now() + state_->request_timeout;
  return state_->ask(std::move(request), path_and_query, {});
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
  return state_->ask(std::move(request), path_and_query, header);
}

void HttpClient::interrupt() noexcept { state_->connection.interrupt(); }

std::string percent_encoded(std::string_view text) {
  using namespace detail::text;
  return url_encoded(text, UrlStyle::component, HexDigits::upper);
}

}  // namespace trace::http
