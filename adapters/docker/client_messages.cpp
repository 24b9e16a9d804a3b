// SPDX-License-Identifier: Apache-2.0
#include "docker/client_messages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace trace::docker {
namespace {

constexpr int client_failed = 125;  // docker's exit code when it cannot run a container
// Longer output is not an error message of the client.
constexpr std::size_t most_held = 8 * 1024;
// For LookupWatch: bytes of a stream, and more than the longest message.
constexpr std::size_t most_seen = std::size_t{4} << 20;
constexpr std::size_t longest_words = 64;

bool contains_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  });
}

bool agree(std::string_view text, std::string_view beginning) {
  return beginning.substr(0, text.size()) == text.substr(0, beginning.size());
}

// A log line of docker's client that precedes its error message.
constexpr std::string_view log_line_beginning = "time=\"";
constexpr std::string_view log_line_part = "error waiting for container";

// The image is missing and cannot be pulled, or its name is invalid.
bool says_image_missing(std::string_view words) {
  return contains_any(
      words, {"Unable to find image", "No such image", "pull access denied", "manifest unknown",
              "repository does not exist", "invalid reference format",
              // podman
              "did not resolve to an alias", "initializing source", "pinging container registry",
              "image not known", "requested access to the resource is denied",
              "repository name must be lowercase"});
}

bool says_command_missing(std::string_view words) {
  return contains_any(words, {"executable file not found", "no such file or directory",
                              "command that was not found"});
}

bool says_command_not_executable(std::string_view words) {
  return contains_any(words, {"permission denied", "exec format error", "is a directory"});
}

// The text may begin a message that a container cannot be started.
bool may_begin_client_error(std::string_view text) {
  if (agree(text, log_line_beginning)) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return true;
    if (text.substr(0, end).find(log_line_part) == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  static constexpr std::string_view beginnings[] = {"Error response from daemon:",
                                                    "Error: failed to start",
                                                    "Error: No such",
                                                    "error during connect:",
                                                    "Cannot connect to the Docker",
                                                    "failed to connect to the docker",
                                                    "Error: unable to start container"};  // podman
  return std::any_of(std::begin(beginnings), std::end(beginnings),
                     [&](std::string_view beginning) { return agree(text, beginning); });
}

bool says_lookup_failed(std::string_view text) {
  return contains_any(
      text, {"no such host", "emporary failure in name resolution", "ould not resolve host",
             "ame or service not known", "ame does not resolve", "bad address '",
             "getaddrinfo ENOTFOUND", "getaddrinfo EAI_AGAIN", "NameResolutionError",
             "UnknownHostException", "ailed to resolve \"", "nable to resolve host",
             "emporary failure resolving", "server misbehaving"});
}

}  // namespace

bool says_gone(const ClientResult& result) {
  // docker: "No such container", "no such object"; podman: "no such container".
  return contains_any(result.err, {"o such container", "o such object"});
}

bool is_silence(const ClientResult& result) {
  if (result.ok()) return false;
  if (result.not_started || !result.in_time || !result.code) return true;
  return contains_any(
      result.err,
      {"Cannot connect to the Docker", "error during connect", "failed to connect to the docker",
       "Cannot connect to Podman", "unable to connect to Podman", "connection refused",
       "connection reset", "unexpected EOF", "docker.sock: connect", "context deadline exceeded"});
}

bool says_mount_missing(std::string_view words) {
  return contains_any(words, {"bind source path does not exist",
                              // podman
                              ": no such file or directory"}) &&
         words.find("shiptrace-") != std::string_view::npos;
}

Ended::Facts refusal(std::string text) {
  if (text.empty()) text = "the docker client failed without a message";
  return {
      .code = "PROCESS_EXIT", .text = std::move(text), .refused = true, .exit_code = client_failed};
}

Ended::Facts client_failure(const child::StartFailure& failure) {
  const bool exhausted = failure.code == child::resource_exhausted;
  return {.code = exhausted ? failure.code : "DOCKER_UNAVAILABLE",
          .text = fmt::format("cannot start the docker client: {}", failure.text)};
}

Ended::Facts creation_failure(DockerClient& client, const ContainerSpec& spec,
                              const ClientResult& result) {
  if (result.not_started) return client_failure(*result.not_started);
  const ClientResult version = client.ask_version();
  if (version.not_started) return client_failure(*version.not_started);
  if (!version.ok()) {
    return {.code = "DOCKER_UNAVAILABLE",
            .text = fmt::format("the Docker daemon does not respond: {}", result.error_line())};
  }
  if (says_image_missing(result.err)) {
    return {.code = "IMAGE_NOT_FOUND",
            .text = fmt::format("the image {} is not present and cannot be pulled: {}", spec.image,
                                result.error_line())};
  }
  return refusal(result.error_line());
}

Ended::Facts start_failure(const ContainerState& state, const std::string& said) {
  ClientResult result;
  result.err = said;
  std::string text = state.error.empty() ? result.error_line() : state.error;
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::erase(text, '\r');  // of a terminal
  // In the state of a container that never ran, 127 and 126 are docker's exit codes for both.
  if (state.exit_code == 127 || (state.exit_code != 126 && says_command_missing(text))) {
    return {.code = "COMMAND_NOT_FOUND", .text = std::move(text)};
  }
  if (state.exit_code == 126 || says_command_not_executable(text)) {
    return {.code = "COMMAND_NOT_EXECUTABLE", .text = std::move(text)};
  }
  return refusal(std::move(text));
}

std::string ClientErrors::pass(std::string_view bytes) {
  if (open_) return std::string(bytes);
  held_ += bytes;
  if (held_.size() <= most_held && may_begin_client_error(held_)) return {};
  return release();
}

std::string ClientErrors::release() {
  open_ = true;
  return std::exchange(held_, {});
}

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
