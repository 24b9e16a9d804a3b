// SPDX-License-Identifier: Apache-2.0
#include "docker/client.hpp"

#include <algorithm>

namespace trace::docker {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_kept = 64 * 1024;

// Truncates to whole lines: a secret in a truncated line would not be recognised.
void keep(std::string& text, std::string_view bytes) {
  if (text.size() >= most_kept) return;
  text += bytes;
  if (text.size() < most_kept) return;
  text.erase(text.rfind('\n', most_kept - 1) + 1);
  text.resize(most_kept, '\n');
}

std::string_view without_prefix(std::string_view line) {
  for (const std::string_view prefix : {"docker: ", "Error response from daemon: ", "Error: "}) {
    if (line.starts_with(prefix)) line.remove_prefix(prefix.size());
  }
  return line;
}

}  // namespace

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

std::string ClientResult::error_line() const {
  if (not_started) return not_started->text;
  if (!in_time) return "the docker client timed out";
  std::string_view found;
  std::string_view rest = err;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    const bool is_context = line.empty() || line.starts_with("See ") || line.starts_with("Run ") ||
                            line.starts_with("Unable to find image") || line.starts_with("time=\"");
    if (is_context) continue;
    if (found.empty() || line.find("rror") != std::string_view::npos) found = line;
    if (line.find("rror") != std::string_view::npos) break;
  }
  return std::string(without_prefix(found));
}

Call::Call(child::Loop& loop, const child::Command& command)
    : loop_(loop), client_(loop, [this](Stream stream, std::string_view bytes) {
        keep(stream == Stream::out ? result_.out : result_.err, bytes);
      }) {
  result_.not_started = client_.start(command);
}

ClientResult Call::finish(std::chrono::milliseconds grace) {
  if (!ended()) {
    result_.in_time = false;
    const auto has_ended = [this] { return ended(); };
    if (grace > 0ms) client_.terminate();
    if (grace <= 0ms || !loop_.run_until(has_ended, child::Steady::now() + grace)) client_.kill();
    loop_.run_until(has_ended);
  } else if (!result_.not_started) {
    result_.code = client_.status().code;
  }
  return result_;
}

child::Command DockerClient::command(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), program_);
  return {.argv = std::move(arguments)};
}

ClientResult DockerClient::call(std::vector<std::string> arguments, std::chrono::milliseconds time,
                                const std::function<bool()>& give_up) {
  Call call(loop_, command(std::move(arguments)));
  loop_.run_until([&] { return call.ended() || (give_up && give_up()); },
                  child::Steady::now() + time);
  return call.finish(give_up && give_up() ? 0ms : 2000ms);
}

ClientResult DockerClient::ask_version() { return call({"version"}, 10s); }

}  // namespace trace::docker
