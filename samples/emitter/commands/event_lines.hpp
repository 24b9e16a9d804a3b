// SPDX-License-Identifier: Apache-2.0
// Records contract events from lines of JSON, as they arrive. The id of a line is ignored, because
// the SDK assigns ids; a missing runId or nodeId is that of the options, a missing level that of
// the type, a missing timestamp now; everything else is kept. Main thread.
#pragma once

#include <trace/event.hpp>
#include <trace/trace.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "emitter/commands/commands.hpp"

namespace trace::cli::commands {

class EventLines {
 public:
  // What became of a line that is not blank.
  struct Line {
    std::uint64_t number;      // of the line, from 1
    std::string_view outcome;  // accepted, filtered, dropped or refused
    std::string error;         // of the last two: why
  };
  using OnLine = std::function<void(const Line& line)>;

  // `defaults` may have an empty run or node; its spec is that of every run. Both references
  // outlive the object.
  EventLines(Session& session, const NodeOptions& defaults, OnLine on_line);

  // Records each line that these bytes complete.
  void feed(std::string_view bytes);
  // The last line may lack its newline.
  void finish();

  std::uint64_t recorded() const noexcept { return recorded_; }
  std::uint64_t refused() const noexcept { return refused_; }  // and dropped

 private:
  void end_line();
  void take(std::string_view line);
  void refuse(std::string_view outcome, std::string error);
  Result<EventPayload> parse(std::string_view line) const;
  Node& node_of(const std::string& run, const std::string& node);

  Session& session_;
  const NodeOptions& defaults_;
  OnLine on_line_;
  std::string line_;        // the incomplete last line
  bool oversized_ = false;  // it is too long; the rest of it is skipped
  std::uint64_t number_ = 0;
  std::uint64_t recorded_ = 0;
  std::uint64_t refused_ = 0;
  std::map<std::string, Run, std::less<>> runs_;
  std::map<std::pair<std::string, std::string>, Node> nodes_;
};

}  // namespace trace::cli::commands
