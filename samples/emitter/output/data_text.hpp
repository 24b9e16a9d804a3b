// SPDX-License-Identifier: Apache-2.0
// What an event's `data` says to a person: its fields as name=value, and as words what the SDK
// records of the end of a child or an attempt. Main thread.
#pragma once

#include <trace/event.hpp>

#include <string>

namespace trace::cli::output {

struct DataText {
  std::string stream;  // of captured output; not printable yet
  std::string fields;  // port=443 host=a.example; printable
  std::string facts;   // took 1.2s, 340ms CPU, 34.1 MiB memory; printable
  std::string loss;    // of a loss event: how many events were dropped, and why; printable
};

// Leaves out what the other columns of a timeline show, and what describes how a line was captured.
DataText data_text(const EventPayload& event);

// 512 B, 4.1 KiB, 34.0 MiB.
std::string bytes_text(std::uint64_t bytes);

}  // namespace trace::cli::output
