// SPDX-License-Identifier: Apache-2.0
#include "docker/client_messages.hpp"

#include <algorithm>
#include <initializer_list>

namespace trace::docker {
namespace {

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

bool says_image_missing(std::string_view words) {
  return contains_any(
      words, {"Unable to find image", "No such image", "pull access denied", "manifest unknown",
              "repository does not exist", "invalid reference format",
              // podman
              "did not resolve to an alias", "initializing source", "pinging container registry",
              "image not known", "requested access to the resource is denied",
              "repository name must be lowercase"});
}

bool says_mount_missing(std::string_view words) {
  return contains_any(words, {"bind source path does not exist",
                              // podman
                              ": no such file or directory"}) &&
         words.find("shiptrace-") != std::string_view::npos;
}

bool says_command_missing(std::string_view words) {
  return contains_any(words, {"executable file not found", "no such file or directory",
                              "command that was not found"});
}

bool says_command_not_executable(std::string_view words) {
  return contains_any(words, {"permission denied", "exec format error", "is a directory"});
}

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

}  // namespace trace::docker
