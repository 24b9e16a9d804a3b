// SPDX-License-Identifier: Apache-2.0
// EventLines: records contract events from NDJSON, one per line.
//
// The id of a line is ignored, because the SDK assigns ids; everything else is kept.
// Main thread.
#pragma once

#include <trace/record.hpp>
#include <trace/session.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace trace::cli::input {

class EventLines {
 public:
  // `on_problem` is called for each line that is not recorded, with the reason.
  using OnProblem = std::function<void(std::uint64_t line, const std::string& text)>;
  EventLines(Session& session, OnProblem on_problem)
      : session_(session), on_problem_(std::move(on_problem)) {}
  ~EventLines();

  void feed(std::string_view bytes);
  // The last line may lack its newline.
  void finish();

  std::uint64_t recorded() const noexcept { return recorded_; }
  std::uint64_t refused() const noexcept { return refused_; }

 private:
  void take_line(std::string_view line);
  void refuse(const std::string& text);
  Node& node_of(const std::string& run, const std::string& node);

  Session& session_;
  OnProblem on_problem_;
  std::string line_;        // the incomplete last line
  bool oversized_ = false;  // it is too long; the rest of it is skipped
  std::uint64_t number_ = 0;
  std::uint64_t recorded_ = 0;
  std::uint64_t refused_ = 0;
  std::map<std::string, Run, std::less<>> runs_;
  std::map<std::pair<std::string, std::string>, Node> nodes_;
};

}  // namespace trace::cli::input
