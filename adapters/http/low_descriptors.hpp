// SPDX-License-Identifier: Apache-2.0
// Where the host has closed its standard streams, nothing of ours may take their descriptors: its
// next message to "stderr" would go to the backend.
#pragma once

#include <curl/curl.h>

namespace trace::http {

// curl_multi_init(), which opens descriptors of its own.
CURLM* open_multi_handle();

// For CURLOPT_OPENSOCKETFUNCTION.
curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address);

}  // namespace trace::http
