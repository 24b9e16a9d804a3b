// The shape of an endpoint's URL, so that a typing error is told at the start and not by a name
// lookup much later. Used by finalize(); the transport takes the URL apart. Pure function.
#pragma once

#include <string>
#include <string_view>

namespace trace::detail::config {

// The rule that `url` breaks as the base URL of a backend, or an empty text:
// http[s]://[user-info@]host[:port][/path][?query]
std::string http_url_fault(std::string_view url);

}  // namespace trace::detail::config
