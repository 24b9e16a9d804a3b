// SPDX-License-Identifier: Apache-2.0
// The rules of a run's status against a model that speaks of nodes instead of totals, over all
// orders of a few steps.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collector/run/status.hpp"
#include "envelopes.hpp"

using namespace trace;
using namespace trace::collector;
using namespace trace::testing;

namespace {

// What can happen to a run of two nodes, as the status must not depend on anything else.
enum class Letter : std::uint8_t { start, complete, fail, retry };
struct Move {
  bool is_cancel = false;
  bool is_finish = false;
  std::size_t node = 0;
  Letter letter = Letter::start;
};

std::vector<Move> alphabet() {
  std::vector<Move> moves{{.is_cancel = true}, {.is_finish = true}};
  for (const std::size_t node : {0U, 1U}) {
    for (const Letter letter : {Letter::start, Letter::complete, Letter::fail, Letter::retry}) {
      moves.push_back({.node = node, .letter = letter});
    }
  }
  return moves;
}

// The rules as a person would state them, about nodes instead of totals.
struct Model {
  std::array<std::optional<Letter>, 2> nodes{};
  std::array<bool, 2> was_started{};
  bool cancelled = false;
  bool finished = false;
  std::uint64_t events = 0;

  std::string status() const {
    if (cancelled) return "CANCELLED";
    if (events == 0 && !finished) return "QUEUED";
    const auto count = [&](Letter letter) {
      return std::count(nodes.begin(), nodes.end(), letter);
    };
    if (count(Letter::start) > 0) return "RUNNING";
    if (!finished) return "RUNNING";
    return count(Letter::fail) + count(Letter::retry) > 0 ? "FAILED" : "COMPLETED";
  }

  void apply(const Move& move) {
    if (move.is_finish) {
      finished = true;
      return;
    }
    if (move.is_cancel) {
      const std::string now = status();
      ++events;  // by an event of node 0
      cancelled = cancelled || (now != "COMPLETED" && now != "FAILED");
      return;
    }
    ++events;
    if (move.letter == Letter::start) {
      if (was_started[move.node]) cancelled = false;
      was_started[move.node] = true;
      finished = false;
    }
    nodes[move.node] = move.letter;
  }
};

// The same by the functions under test, with a time stamp of its own for each step.
struct Subject {
  store::RunRow run = {};
  std::array<store::NodeRow, 2> nodes{};
  int step = 0;

  void apply(const Move& move) {
    const std::string time = fmt::format("2025-10-13T12:00:0{}Z", ++step);
    if (move.is_finish) return run::set_finished(run, time);
    run::EventFacts facts{.timestamp = time, .session = session_a};
    if (move.is_cancel) {
      facts.cancels = true;
    } else {
      facts.type = move.letter == Letter::start      ? Type::started
                   : move.letter == Letter::complete ? Type::completed
                                                     : Type::failed;
      facts.retryable = move.letter == Letter::retry;
    }
    run::apply_event(run, nodes[move.node], facts);
  }
};

std::string text_of(const std::vector<std::size_t>& word) {
  std::string text;
  for (const std::size_t letter : word) text += fmt::format("{} ", letter);
  return text;
}

}  // namespace

TEST_CASE("every order of up to six events leads to the status that the rules say") {
  const std::vector<Move> moves = alphabet();
  std::uint64_t words = 0;
  for (std::size_t length = 1; length <= 6; ++length) {
    std::vector<std::size_t> word(length, 0);
    for (bool more = true; more;) {
      Model model;
      Subject subject;
      for (const std::size_t letter : word) {
        model.apply(moves[letter]);
        subject.apply(moves[letter]);
      }
      const store::RunRow& run = subject.run;
      const RunStatus status = run::derive_status(run);
      if (name(status) != model.status()) {
        INFO("word: " << text_of(word));
        REQUIRE(name(status) == model.status());
      }
      const bool is_sound =
          run.completed_at.empty() != is_terminal(status) &&
          !(run::is_over(run) && !is_terminal(status)) &&
          (run.completed_at.empty() || !run::is_before(run.completed_at, run.started_at));
      if (!is_sound) {
        INFO("word: " << text_of(word));
        REQUIRE(is_sound);
      }
      ++words;
      more = false;
      for (std::size_t& letter : word) {
        if (++letter < moves.size()) {
          more = true;
          break;
        }
        letter = 0;
      }
    }
  }
  CHECK(words == 1'111'110);
}
