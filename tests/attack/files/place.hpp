// SPDX-License-Identifier: Apache-2.0
// The setting of an attack: a prepared journal directory, files outside of it
// that must stay as they are, and the real shiptrace that is run on it.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "attack/files/crafted_journal.hpp"
#include "faults/table/table.hpp"
#include "support/child.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {

// How a run of shiptrace ended.
struct Outcome {
  int code = 0;
  std::string errors;  // what it said on stderr
  std::chrono::milliseconds time{0};
  long peak_mib = 0;  // of its memory

  bool says(std::string_view text) const { return errors.find(text) != std::string::npos; }
};

class Place {
 public:
  static constexpr unsigned somebody = 65534;  // another user

  Place();

  std::string directory() const { return directory_ / "journal"; }
  std::string in(const std::string& name) const { return directory() + "/" + name; }
  std::string outside(const std::string& name) const { return directory_ / name; }
  std::string endpoint() const { return outside("delivered.ndjson"); }
  std::string journal() const { return in(crafted_session + ".journal"); }

  // `shiptrace recover` and `shiptrace record` of one event, with the environment given.
  Outcome recover(const std::map<std::string, std::string>& environment = {}) const;
  Outcome record(const std::map<std::string, std::string>& environment = {}) const;
  std::size_t delivered() const;  // lines in the endpoint

  // A program that leaves a mark when it is run.
  std::string program(const std::string& name) const;
  bool was_run() const;
  // A docker client that reports no containers.
  std::string empty_docker() const;

  // Something that must survive.
  std::string precious(const std::string& path) const;

 private:
  Outcome run(std::vector<std::string> arguments,
              const std::map<std::string, std::string>& environment) const;

  TempDir directory_;
};

std::string content_of(const std::string& path);
void write_file(const std::string& path, const std::string& content, unsigned mode = 0600);
void give_to(const std::string& path, unsigned uid);

}  // namespace trace::testing
