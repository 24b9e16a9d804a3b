// SPDX-License-Identifier: Apache-2.0
#include "docker/lookup_watch.hpp"

#include "docker/client_messages.hpp"

namespace trace::docker {
namespace {

constexpr std::size_t most_seen = std::size_t{4} << 20;
constexpr std::size_t longest_words = 64;

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
