// SPDX-License-Identifier: Apache-2.0
// Messages of the docker clients: docker of each version, and podman. Recognises them, maps them to
// the error codes of docs/contract.md, and separates them from a container's output; detects failed
// name lookups in that output. The only place that knows these texts.
#pragma once

#include <trace/capture.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "docker/client.hpp"
#include "docker/container.hpp"

namespace trace::docker {

// No such container.
bool says_gone(const ClientResult& result);

// No response: the client could not be started, timed out, or found no daemon. A daemon that is
// restarting looks the same.
bool is_silence(const ClientResult& result);

// The daemon cannot see the directory to mount: it runs on another machine.
bool says_mount_missing(std::string_view words);

// Docker refused to run the container: PROCESS_EXIT with docker's exit code, because the contract
// has no code for it.
Ended::Facts refusal(std::string text);

Ended::Facts client_failure(const child::StartFailure& failure);

// `docker create` failed. Asks the daemon if the message is ambiguous.
Ended::Facts creation_failure(DockerClient& client, const ContainerSpec& spec,
                              const ClientResult& result);

// The container exists and never started; `said` is the client's output.
Ended::Facts start_failure(const ContainerState& state, const std::string& said);

// Separates the client's own error messages from the container's stderr: `docker start --attach`
// writes both to the same stream (with a terminal, also the container's stdout). If the container
// cannot be started, the client's message is the only output: so output that begins like such a
// message is held back until it is known that the container runs. Not thread-safe.
class ClientErrors {
 public:
  // Returns the bytes that are known to be the container's.
  std::string pass(std::string_view bytes);
  // The container runs: returns what was held back, which is the container's.
  std::string release();

  bool holding() const noexcept { return !held_.empty(); }
  const std::string& held() const noexcept { return held_; }

 private:
  std::string held_;
  bool open_ = false;  // nothing is held back any more
};

// Detects failed name lookups in the output of a container without a network: the most common
// reason why such a container fails, and one that its message does not show. Scans a bounded part
// of each stream. Not thread-safe.
class LookupWatch {
 public:
  void see(Stream stream, std::string_view bytes);
  bool failed() const noexcept { return failed_; }

 private:
  struct Channel {
    std::string end;  // the last bytes, where a message may have begun
    std::size_t seen = 0;
  };
  std::array<Channel, 2> channels_;
  bool failed_ = false;
};

inline constexpr std::string_view lookup_hint =
    "; a name could not be resolved, because the container has no network; use network=bridge";

}  // namespace trace::docker
