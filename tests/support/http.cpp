// SPDX-License-Identifier: Apache-2.0
#include "support/http.hpp"

#include <curl/curl.h>

#include <memory>

namespace trace::testing {
namespace {

std::size_t append(char* bytes, std::size_t size, std::size_t count, void* body) {
  static_cast<std::string*>(body)->append(bytes, size * count);
  return size * count;
}

struct CurlProcess {
  CurlProcess() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~CurlProcess() { curl_global_cleanup(); }
};

HttpAnswer perform(const std::string& url, const std::string* post,
                   const std::vector<std::string>& headers, std::chrono::milliseconds timeout) {
  static const CurlProcess process;
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  curl_slist* raw = nullptr;
  for (const std::string& header : headers) raw = curl_slist_append(raw, header.c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> list(raw, &curl_slist_free_all);

  HttpAnswer answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, list.get());
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
  if (post != nullptr) {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(post->size()));
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, post->data());
  }
  const CURLcode result = curl_easy_perform(curl.get());
  if (result != CURLE_OK) return {0, curl_easy_strerror(result)};
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  return answer;
}

}  // namespace

HttpAnswer http_get(const std::string& url, const std::vector<std::string>& headers,
                    std::chrono::milliseconds timeout) {
  return perform(url, nullptr, headers, timeout);
}

HttpAnswer http_post(const std::string& url, const std::string& body,
                     const std::vector<std::string>& headers, std::chrono::milliseconds timeout) {
  return perform(url, &body, headers, timeout);
}

}  // namespace trace::testing
