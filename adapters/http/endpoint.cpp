#include "http/endpoint.hpp"

#include <curl/curl.h>

#include <memory>

namespace trace::http {
namespace {

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK || text == nullptr) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

std::string without_slash(std::string text) {
  while (!text.empty() && text.back() == '/') text.pop_back();
  return text;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host == "::1" || host.starts_with("127.");
}

}  // namespace

Endpoint::Endpoint(const std::string& base_url) {
  const Url url(curl_url(), &curl_url_cleanup);
  if (!url || curl_url_set(url.get(), CURLUPART_URL, base_url.c_str(), 0) != CURLUE_OK) {
    problem_ = "the endpoint is no URL; give one such as http://127.0.0.1:8400";
    shown_ = "(unreadable endpoint)";
    return;
  }
  const std::string scheme = part(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    problem_ = "the endpoint must begin with http:// or https://";
  }
  loopback_ = is_loopback(part(url.get(), CURLUPART_HOST));
  query_ = part(url.get(), CURLUPART_QUERY);
  curl_url_set(url.get(), CURLUPART_QUERY, nullptr, 0);
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  base_ = without_slash(part(url.get(), CURLUPART_URL));
  curl_url_set(url.get(), CURLUPART_USER, nullptr, 0);
  curl_url_set(url.get(), CURLUPART_PASSWORD, nullptr, 0);
  curl_url_set(url.get(), CURLUPART_OPTIONS, nullptr, 0);
  shown_ = without_slash(part(url.get(), CURLUPART_URL));
}

std::string Endpoint::url(std::string_view path_and_query) const {
  std::string whole = base_;
  whole += path_and_query;
  if (!query_.empty()) {
    whole += path_and_query.find('?') == std::string_view::npos ? '?' : '&';
    whole += query_;
  }
  return whole;
}

std::string Endpoint::shown(std::string_view path) const {
  return shown_ + std::string(path.substr(0, path.find('?')));
}

}  // namespace trace::http
