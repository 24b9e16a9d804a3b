// SPDX-License-Identifier: Apache-2.0
#include "docker/lookup_watch.hpp"

#include <algorithm>
#include <iterator>

namespace trace::docker {
namespace {

constexpr std::size_t most_seen = std::size_t{4} << 20;
constexpr std::size_t longest_words = 64;

// A program's message that a name could not be resolved.
bool says_lookup_failed(std::string_view text) {
  static constexpr std::string_view messages[] = {"no such host",
                                                  "emporary failure in name resolution",
                                                  "ould not resolve host",
                                                  "ame or service not known",
                                                  "ame does not resolve",
                                                  "bad address '",
                                                  "getaddrinfo ENOTFOUND",
                                                  "getaddrinfo EAI_AGAIN",
                                                  "NameResolutionError",
                                                  "UnknownHostException",
                                                  "ailed to resolve \"",
                                                  "nable to resolve host",
                                                  "emporary failure resolving",
                                                  "server misbehaving"};
  return std::any_of(std::begin(messages), std::end(messages),
                     [&](std::string_view message) { return text.find(message) != text.npos; });
}

}  // namespace

void LookupWatch::see(Stream stream, std::string_view bytes) {
  Channel& channel = channels_[stream == Stream::err ? 1 : 0];
  if (failed_ || channel.seen > most_seen || bytes.empty()) return;
  channel.seen += bytes.size();
  // A message split over two reads, then the rest.
  channel.end.append(bytes.substr(0, longest_words));
  failed_ = says_lookup_failed(channel.end) || says_lookup_failed(bytes);
  if (bytes.size() >= longest_words) {
    channel.end = bytes.substr(bytes.size() - longest_words);
  } else if (channel.end.size() > longest_words) {
    channel.end.erase(0, channel.end.size() - longest_words);
  }
}

}  // namespace trace::docker
