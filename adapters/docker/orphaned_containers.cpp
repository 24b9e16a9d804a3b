// SPDX-License-Identifier: Apache-2.0
#include "docker/orphaned_containers.hpp"

#include <fmt/format.h>
#include <trace/capture.hpp>
#include <trace/config.hpp>

#include <algorithm>
#include <exception>
#include <utility>

#include "docker/client_messages.hpp"
#include "docker/container.hpp"
#include "docker/containers_directory.hpp"
#include "text/ascii.hpp"
#include "text/json_text.hpp"

namespace trace {
namespace docker {
namespace {

using namespace std::chrono_literals;
using child::Steady;

constexpr auto time_per_call = 10s;
// Short: the worker is gone, so nothing reads the container's last output.
constexpr const char* grace_seconds = "2";
// For a daemon that is down or cannot remove. Delivery of other journals waits for us.
constexpr auto most_for_all = 20s;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    if (const std::string_view line = take_line(text); !line.empty()) lines.emplace_back(line);
  }
  return lines;
}

// The names in Config::docker_clients.
std::vector<std::string> names_in(std::string_view names) {
  std::vector<std::string> all;
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(','), names.size());
    const std::string_view name = detail::text::without_blanks_around(names.substr(0, end));
    if (!name.empty()) all.emplace_back(name);
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return all;
}

}  // namespace

NotedClients noted_clients(const std::vector<std::string>& notes, std::string_view our_list) {
  const std::vector<std::string> ours = names_in(our_list);
  NotedClients noted;
  for (const std::string& note : notes) {
    std::vector<std::string>& clients =
        std::find(ours.begin(), ours.end(), note) != ours.end() ? noted.ours : noted.others;
    if (std::find(clients.begin(), clients.end(), note) == clients.end()) clients.push_back(note);
  }
  return noted;
}

OrphanedContainers::OrphanedContainers(AdoptedSession session, NotedClients clients)
    : session_(std::move(session)),
      clients_(std::move(clients)),
      journal_(journal_label(session_.journal)),
      ended_(clients_.ours.empty()) {
  if (ended_) return;
  try {
    thread_ = detail::BackgroundThread("shiptrace-clean", [this] { work(); });
  } catch (const std::exception& error) {
    error_ = error_of(fmt::format("cannot start a thread: {}", error.what()));
    ended_ = true;
  }
}

OrphanedContainers::~OrphanedContainers() {
  giving_up_ = true;
  loop_.post([] {});  // wakes the loop
  thread_.join();
}

std::vector<std::string> OrphanedContainers::out_of_reach() const {
  std::vector<std::string> lines;
  for (const std::string& client : clients_.others) {
    lines.push_back(error_of(fmt::format(
        "it used the docker client {}, which is not among the docker_clients of this process",
        detail::text::in_quotes(client))));
  }
  return lines;
}

std::string OrphanedContainers::error_of(std::string_view why) const {
  return fmt::format(
      "containers of the dead session {} may be left behind (label shiptrace.session={}): {}",
      session_.id, session_.id, why);
}

void OrphanedContainers::work() {
  try {
    std::vector<std::string> left;  // one line per client
    for (const std::string& program : clients_.ours) {
      DockerClient client(loop_, program);
      const std::string why = remove_all(client);
      if (!why.empty()) left.push_back(fmt::format("{}: {}", program, why));
    }
    if (!left.empty()) {
      error_ = error_of(fmt::format("{}", fmt::join(left, "; ")));
    } else if (!giving_up_) {
      // Only now: a running container would still write to them.
      remove_files_of_session(session_.directory, session_.id,
                              [this] { return giving_up_.load(); });
    }
  } catch (const std::exception& error) {  // no memory
    error_ = error.what();
  }
  ended_.store(true, std::memory_order_release);
}

std::string OrphanedContainers::remove_all(DockerClient& client) {
  const auto end = Steady::now() + most_for_all;
  // The daemon may still be creating a container that the dead worker requested, so it must report
  // none twice in a row.
  int clean = 0;
  std::string why = "was not called";
  for (auto pause = 500ms; !giving_up_ && Steady::now() < end; pause *= 2) {
    why = remove_found(client);
    clean = why.empty() ? clean + 1 : 0;
    if (clean == 2 || no_client_) break;
    loop_.run_until([this] { return giving_up_.load(); }, Steady::now() + pause);
  }
  return why;
}

ClientResult OrphanedContainers::call(DockerClient& client, std::vector<std::string> arguments) {
  return client.call(std::move(arguments), time_per_call, [this] { return giving_up_.load(); });
}

std::string OrphanedContainers::remove_found(DockerClient& client) {
  const ClientResult found = call(client, {"ps", "--all", "--quiet", "--no-trunc", "--filter",
                                           "label=shiptrace.session=" + session_.id, "--filter",
                                           "label=shiptrace.journal=" + journal_});
  no_client_ = found.not_started.has_value();
  std::string why = found.ok() ? "" : found.error_line();
  for (const std::string& id : lines_of(found.out)) {
    if (giving_up_) return "interrupted";
    if (!remove(client, id)) why = "the daemon did not remove " + id;
  }
  return why;
}

bool OrphanedContainers::remove(DockerClient& client, const std::string& id) {
  // Verified, in case a client interprets the filter differently: never remove another container.
  const char* const both_labels =
      "{{index .Config.Labels \"shiptrace.session\"}}\n"
      "{{index .Config.Labels \"shiptrace.journal\"}}";
  const ClientResult labels =
      call(client, {"inspect", "--type", "container", "--format", both_labels, id});
  if (says_gone(labels)) return true;
  if (!labels.ok()) return false;
  if (lines_of(labels.out) != std::vector<std::string>{session_.id, journal_}) return true;
  call(client, {"stop", "-t", grace_seconds, id});
  if (giving_up_) return false;
  const ClientResult removed = call(client, {"rm", "--force", "--volumes", id});
  return removed.ok() || says_gone(removed);
}

}  // namespace docker

OrphanCleaners container_cleaners() {
  return {
      {std::string(docker::note_owner), [](const AdoptedSession& session, const Config& config) {
         return std::make_unique<docker::OrphanedContainers>(
             session, docker::noted_clients(session.notes, config.docker_clients));
       }}};
}

}  // namespace trace
