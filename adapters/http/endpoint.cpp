// SPDX-License-Identifier: Apache-2.0
#include "http/endpoint.hpp"

#include <curl/curl.h>

#include <cassert>
#include <memory>
#include <new>

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

// Removes what may be a credential, for good.
std::string shown_url(CURLU* url) {
  for (const CURLUPart secret : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS,
                                 CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
    curl_url_set(url, secret, nullptr, 0);
  }
  return without_slash(part(url, CURLUPART_URL));
}

// What keeps `text` from being the base URL of a backend; never quotes it, because it may hold a
// password. libcurl repairs a wrong number of slashes, which hides a missing host.
std::string fault_of(CURLU* url, CURLUcode parsed, std::string_view text) {
  const std::string scheme = part(url, CURLUPART_SCHEME);
  const std::size_t colon = text.find(':');  // the scheme's, in whatever case it is written
  if ((parsed == CURLUE_OK && scheme != "http" && scheme != "https") ||
      colon == std::string_view::npos || !text.substr(colon).starts_with("://") ||
      text.substr(colon + 3).starts_with('/')) {
    return "must begin with http:// or https:// and a host";
  }
  if (parsed != CURLUE_OK) {
    return std::string("must be a URL such as http://127.0.0.1:8400: ") + curl_url_strerror(parsed);
  }
  // libcurl drops an empty port, also that of "http://http://host".
  const std::string_view authority =
      text.substr(colon + 3, text.find_first_of("/?#", colon + 3) - colon - 3);
  if (part(url, CURLUPART_PORT) == "0" || authority.ends_with(':')) {
    return "must have a port from 1 to 65535";
  }
  if (!part(url, CURLUPART_FRAGMENT).empty()) return "must not have a fragment (#…)";
  return {};
}

}  // namespace

std::string shown_url(const std::string& text) {
  const Url url(curl_url(), &curl_url_cleanup);
  if (!url) throw std::bad_alloc();
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return {};
  return shown_url(url.get());
}

Endpoint::Endpoint(const std::string& base_url) {
  const Url url(curl_url(), &curl_url_cleanup);
  if (!url) throw std::bad_alloc();
  const CURLUcode parsed = curl_url_set(url.get(), CURLUPART_URL, base_url.c_str(), 0);
  problem_ = fault_of(url.get(), parsed, base_url);
  if (parsed != CURLUE_OK) {
    shown_ = "(unreadable endpoint)";
    return;
  }
  loopback_ = is_loopback(part(url.get(), CURLUPART_HOST));
  query_ = part(url.get(), CURLUPART_QUERY);
  curl_url_set(url.get(), CURLUPART_QUERY, nullptr, 0);
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  base_ = without_slash(part(url.get(), CURLUPART_URL));
  shown_ = shown_url(url.get());
}

std::string Endpoint::url(std::string_view path_and_query) const {
  assert(path_and_query.starts_with('/'));
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
