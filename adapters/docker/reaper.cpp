#include "docker/reaper.hpp"

#include <fmt/format.h>
#include <trace/capture.hpp>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include "docker/containers_directory.hpp"
#include "docker/words.hpp"

namespace trace {
namespace docker {
namespace {

using namespace std::chrono_literals;
using child::Steady;

constexpr auto time_per_call = 10s;
// Its worker is gone: nobody waits for what it would still say.
constexpr const char* grace_seconds = "2";
// Of a daemon that is away, or cannot remove. Deliveries of other journals wait for us.
constexpr auto most_for_all = 20s;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end != 0) lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

}  // namespace

std::string journal_label(std::string_view journal) {
  if (journal.empty()) return {};
  std::error_code error;
  const std::filesystem::path path(journal);
  const auto canonical = std::filesystem::weakly_canonical(path, error);
  return (error ? path : canonical).string();
}

Reaper::Reaper(AdoptedSession session)
    : session_(std::move(session)), journal_(journal_label(session_.journal)) {
  try {
    thread_ = detail::BackgroundThread("shiptrace-reap", [this] { work(); });
  } catch (const std::exception& error) {
    complaint_ = complaint_of(fmt::format("cannot start a thread: {}", error.what()));
    ended_ = true;
  }
}

Reaper::~Reaper() {
  giving_up_ = true;
  loop_.post([] {});  // so that it looks
  thread_.join();
}

std::string Reaper::complaint_of(std::string_view why) const {
  return fmt::format(
      "containers of the dead session {} may be left behind (label shiptrace.session={}): {}",
      session_.id, session_.id, why);
}

void Reaper::work() {
  try {
    std::vector<std::string> left;  // a line for each client
    for (const std::string& program : session_.docker_clients) {
      DockerClient client(loop_, program);
      const std::string why = reap_all(client);
      if (!why.empty()) left.push_back(fmt::format("{}: {}", program, why));
    }
    if (!left.empty()) {
      complaint_ = complaint_of(fmt::format("{}", fmt::join(left, "; ")));
    } else if (!giving_up_) {
      // Not while a container may still run that writes to them.
      remove_files_of_session(session_.directory, session_.id,
                              [this] { return giving_up_.load(); });
    }
  } catch (const std::exception& error) {  // no memory
    complaint_ = error.what();
  }
  ended_.store(true, std::memory_order_release);
}

std::string Reaper::reap_all(DockerClient& client) {
  const auto end = Steady::now() + most_for_all;
  // The daemon may be about to make what the dead worker had asked for: nothing must be found
  // twice.
  int clean = 0;
  std::string why = "was not asked";
  for (auto pause = 500ms; !giving_up_ && Steady::now() < end; pause *= 2) {
    why = reap(client);
    clean = why.empty() ? clean + 1 : 0;
    if (clean == 2 || no_client_) break;
    loop_.run_until([this] { return giving_up_.load(); }, Steady::now() + pause);
  }
  return why;
}

Answer Reaper::call(DockerClient& client, std::vector<std::string> arguments) {
  return client.call(std::move(arguments), time_per_call, [this] { return giving_up_.load(); });
}

std::string Reaper::reap(DockerClient& client) {
  const Answer found = call(client, {"ps", "--all", "--quiet", "--no-trunc", "--filter",
                                     "label=shiptrace.session=" + session_.id, "--filter",
                                     "label=shiptrace.journal=" + journal_});
  no_client_ = found.not_started.has_value();
  std::string why = found.ok() ? "" : found.complaint();
  for (const std::string& id : lines_of(found.out)) {
    if (giving_up_) return "was given up";
    if (!remove(client, id)) why = "the daemon did not remove " + id;
  }
  return why;
}

bool Reaper::remove(DockerClient& client, const std::string& id) {
  // A filter that a client understands in another way must not cost anybody a container.
  const Answer labels = call(client, {"inspect", "--type", "container", "--format",
                                      "{{index .Config.Labels \"shiptrace.session\"}}\n"
                                      "{{index .Config.Labels \"shiptrace.journal\"}}",
                                      id});
  if (says_gone(labels)) return true;
  if (!labels.ok()) return false;
  if (lines_of(labels.out) != std::vector<std::string>{session_.id, journal_}) return true;
  call(client, {"stop", "-t", grace_seconds, id});
  if (giving_up_) return false;
  const Answer removed = call(client, {"rm", "--force", "--volumes", id});
  return removed.ok() || says_gone(removed);
}

}  // namespace docker

std::unique_ptr<Reaping> reap_containers(const AdoptedSession& session) {
  if (session.docker_clients.empty()) return nullptr;
  return std::make_unique<docker::Reaper>(session);
}

}  // namespace trace
