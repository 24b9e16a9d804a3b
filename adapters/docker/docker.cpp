// SPDX-License-Identifier: Apache-2.0
// run_container: a container as a node of a run.
#include <fmt/format.h>
#include <trace/capture.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstring>
#include <optional>

#include "child/child.hpp"
#include "child/control_group.hpp"
#include "child/execution.hpp"
#include "child/json_object.hpp"
#include "child/node_capture.hpp"
#include "docker/client.hpp"
#include "docker/client_messages.hpp"
#include "docker/container.hpp"
#include "docker/files.hpp"
#include "docker/orphaned_containers.hpp"

namespace trace {
namespace docker {
namespace {

// Limit of STARTED's message.
constexpr std::size_t most_message_bytes = 1024;

using namespace std::chrono_literals;
using child::Child;
using child::EndRequest;
using child::JsonObject;
using child::Loop;
using child::NodeCapture;
using child::Steady;

// Unique: the session's ULID and a counter.
std::string unique_name(std::string_view session) {
  static std::atomic<std::uint64_t> number{0};
  std::string name = fmt::format("shiptrace-{}-{}", session, ++number);
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

// Without values, which are refused and must not be recorded.
std::vector<std::string> names_of(std::vector<std::string> variables) {
  for (std::string& variable : variables)
    variable.erase(std::min(variable.find('='), variable.size()));
  return variables;
}

JsonObject description(const ContainerSpec& spec, const std::string& name) {
  JsonObject data;
  data.text("image", spec.image);
  if (!spec.argv.empty()) data.raw("argv", child::json_arguments(spec.argv));
  if (!spec.env.empty()) data.raw("env", child::json_arguments(names_of(spec.env)));
  if (!spec.env_file.empty()) data.text("envFile", spec.env_file);
  if (!spec.network.empty()) data.text("network", spec.network);
  if (!spec.memory.empty()) data.text("memory", spec.memory);
  if (!spec.cpus.empty()) data.text("cpus", spec.cpus);
  if (spec.pids > 0) data.number("pids", spec.pids);
  if (spec.read_only) data.raw("readOnly", "true");
  if (!spec.user.empty()) data.text("user", spec.user);
  if (spec.timeout.count() > 0) data.number("timeoutMs", spec.timeout.count());
  if (spec.terminal) data.raw("terminal", child::json_size(*spec.terminal));
  data.text("container", name);
  if (!spec.traceparent.empty()) data.text("traceparent", spec.traceparent);
  return data;
}

// A broken pipe does not reach a container by itself; without this it would keep running with no
// reader.
Ended::Facts reader_gone() {
  Ended::Facts facts{.signal = SIGPIPE};
  child::describe_end(facts);
  facts.text += ": the reader of its output has gone";
  return facts;
}

// Docker reports a signal as 128 + its number, like a shell.
std::optional<int> signal_of(int exit_code) {
  constexpr int base = 128;
  const bool known = exit_code > base && ::sigabbrev_np(exit_code - base) != nullptr;
  return known ? std::optional(exit_code - base) : std::nullopt;
}

Ended::Facts exit_facts(const ContainerState& state) {
  Ended::Facts facts{.exit_code = state.exit_code, .signal = signal_of(state.exit_code)};
  child::describe_end(facts);
  if (state.out_of_memory && state.exit_code != 0) {
    facts.code = "OOM_KILLED";
    facts.text = "killed: the container ran out of memory";
  }
  return facts;
}

class ContainerCapture {
 public:
  ContainerCapture(NodeCapture& capture, Loop& loop, const ContainerSpec& spec)
      : capture_(capture),
        loop_(loop),
        spec_(spec),
        client_(loop, spec.docker),
        container_(client_, loop, unique_name(capture.node().session_id())),
        attached_(
            loop, [this](Stream stream, std::string_view bytes) { output(stream, bytes); },
            [this](Stream stream) { return capture_.may_read(stream); }) {}

  Ended run() {
    capture_.started(
        capture_.node().cut(fmt::format("docker run {}", spec_.image), most_message_bytes),
        description(spec_, container_.name()));
    Ended::Facts facts = facts_of_run();
    if (readings_) facts.usage = readings_->last();
    JsonObject data;
    data.text("container", container_.name());
    if (out_of_memory_) data.raw("oomKilled", "true");
    if (!facts.code.empty() && lookups_.failed()) {
      facts.text += lookup_hint;
      data.text("hint", "network=bridge");
    }
    if (!container_.remove()) {
      data.raw("leftBehind", "true");
      if (!facts.code.empty()) {
        facts.text += fmt::format(
            "; container {} may be left behind: the Docker daemon did not confirm its removal",
            container_.name());
      }
    } else if (is_noted_) {
      capture_.node().settle_note();
    }
    if (!without_files_.empty()) data.text("withoutFiles", without_files_);
    if (files_ && !files_->remove()) data.text("filesLeft", files_->directory());
    return capture_.ended(std::move(facts), std::move(data));
  }

 private:
  // Checks and preparations before the container is created; returns the failure, if any.
  std::optional<Ended::Facts> prepare() {
    for (const std::string& name : spec_.env) {
      if (name.empty() || name.find('=') != std::string::npos) {
        return refusal(fmt::format("env takes names of variables, not values: '{}=…'",
                                   name.substr(0, name.find('='))));
      }
    }
    // Before files or a container exist, so that an adopter of the journal finds them.
    is_noted_ = capture_.node().add_note(note_owner, spec_.docker);
    if (!spec_.input_file && !spec_.result_file) return std::nullopt;
    try {
      auto files = Files::make(capture_.node().journal(), container_.name(), spec_.input_file);
      if (files) {
        files_.emplace(std::move(*files));
      } else if (spec_.input_file) {
        return refusal(files.error().text());
      } else {
        without_files_ = files.error().text();
      }
    } catch (...) {
      // There is no container yet, so close() must not keep the journal for it.
      if (is_noted_) capture_.node().settle_note();
      throw;
    }
    return std::nullopt;
  }

  ClientResult create(const std::string& files) {
    Call creation(loop_, container_.creation(spec_, capture_.node(), files));
    const auto ended = [&] { return creation.ended(); };
    if (!capture_.run_until(ended) && !capture_.at_once()) {
      // Unless an image is pulled it takes a moment; then we know whether there is one to remove.
      loop_.run_until([&] { return ended() || capture_.at_once(); }, Steady::now() + 500ms);
    }
    ClientResult created = creation.finish();
    container_.created(created);
    return created;
  }

  Ended::Facts facts_of_run() {
    if (auto wrong = prepare()) return std::move(*wrong);
    ClientResult created = create(files_ ? files_->directory() : "");
    const bool may_do_without = files_ && !spec_.input_file && !created.ok() && created.in_time;
    if (may_do_without && says_mount_missing(created.err)) {
      without_files_ = created.error_line();
      files_.reset();
      if (capture_.end_request() == EndRequest::none) created = create("");
    }
    if (capture_.end_request() != EndRequest::none) return requested_end();
    if (!created.ok()) return creation_failure(client_, spec_, created);

    if (const auto failure = attached_.start(container_.start_attached(spec_))) {
      return client_failure(*failure);
    }
    readings_.emplace(loop_, container_.control_groups());
    wait_for_end();
    if (capture_.end_request() != EndRequest::none) {
      stop(spec_.grace);
      return requested_end();
    }
    if (capture_.is_reader_gone() && !attached_.ended()) {
      stop(0s);
      return reader_gone();
    }
    Ended::Facts facts = facts_of_end(container_.inspect(), attached_.status());
    if (facts.code.empty()) take_result(facts);
    return facts;
  }

  // An unusable result fails a program that exited with 0.
  void take_result(Ended::Facts& facts) {
    if (!files_ || !spec_.result_file) return;
    FoundResult found = files_->result(capture_.node().summariser());
    if (found.kind == FoundResult::Kind::none) return;
    if (!found.summary.empty()) capture_.output_is(std::move(found.summary));
    if (found.kind == FoundResult::Kind::json) return;
    facts.code = "OUTPUT_INVALID";
    facts.text = std::move(found.why);
  }

  // Waits until the client ends or must be ended, and releases held-back stderr in time.
  void wait_for_end() {
    const auto ended = [this] { return attached_.ended() || capture_.is_reader_gone(); };
    const bool came = capture_.run_until([&] { return ended() || client_errors_.holding(); });
    if (!came || ended()) return;
    // A client that prints an error exits at once.
    if (loop_.run_until(ended, Steady::now() + 1s)) return;
    release_held();
    capture_.run_until(ended);
  }

  void output(Stream stream, std::string_view bytes) {
    if (spec_.network == "none") lookups_.see(stream, bytes);
    if (stream == Stream::out) return capture_.output(stream, bytes);
    const std::string passed = client_errors_.pass(bytes);
    if (!passed.empty()) capture_.output(stream, passed);
  }

  void release_held() {
    const std::string held = client_errors_.release();
    if (!held.empty()) capture_.output(spec_.terminal ? Stream::pty : Stream::err, held);
  }

  Ended::Facts requested_end() {
    Ended::Facts facts = capture_.end_request_facts();
    if (attached_.pid() < 0) return facts;  // it never started
    const ContainerState state = container_.inspect();
    if (state.kind == ContainerState::Kind::exited) facts.exit_code = state.exit_code;
    return facts;
  }

  void stop(std::chrono::milliseconds grace) {
    // A stream whose reader is slow must not delay the client's exit when the other's reader has
    // gone.
    capture_.read_on();
    container_.stop(grace, [this] { return capture_.at_once(); });
    // The client exits with its container.
    const auto ended = [this] { return attached_.ended(); };
    if (!loop_.run_until(ended, Steady::now() + 5s)) {
      attached_.kill();
      loop_.run_until(ended, Steady::now() + 5s);
    }
    release_held();
  }

  Ended::Facts facts_of_end(const ContainerState& state, const child::ExitStatus& client) {
    using Kind = ContainerState::Kind;
    if (state.kind == Kind::waiting) return start_failure(state, client_errors_.held());
    release_held();
    out_of_memory_ = state.out_of_memory;
    switch (state.kind) {
      case Kind::exited:
        return exit_facts(state);
      case Kind::running:
        return {.code = "DOCKER_UNAVAILABLE",
                .text =
                    "the docker client exited while the container was running; the container was "
                    "stopped"};
      case Kind::gone:
        return {.code = "DOCKER_UNAVAILABLE",
                .text = "the container was removed before its exit status was read",
                .exit_code = client.code};
      default:
        if (state.not_asked) return client_failure(*state.not_asked);
        return {.code = "DOCKER_UNAVAILABLE",
                .text = "the Docker daemon became unreachable while the container was running"};
    }
  }

  NodeCapture& capture_;
  Loop& loop_;
  const ContainerSpec& spec_;
  DockerClient client_;
  std::optional<Files> files_;
  std::string without_files_;  // why the container runs without its files
  Container container_;
  std::optional<child::UsageReadings> readings_;
  Child attached_;
  ClientErrors client_errors_;
  LookupWatch lookups_;
  bool out_of_memory_ = false;
  bool is_noted_ = false;
};

Ended capture_container(child::CapturedNode& node, Loop& loop, const child::StopTokens& stop,
                        const ContainerSpec& spec) {
  NodeCapture capture(node, loop, NodeCapture::Options::of("docker", spec), stop);
  return ContainerCapture(capture, loop, spec).run();
}

}  // namespace
}  // namespace docker

Execution start_container(Node node, ContainerSpec spec) {
  return child::start_capture(std::move(node), std::move(spec), &docker::capture_container);
}

Ended run_container(Node node, ContainerSpec spec) {
  return start_container(std::move(node), std::move(spec)).wait();
}

}  // namespace trace
