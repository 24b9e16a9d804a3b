// SPDX-License-Identifier: Apache-2.0
#include "faults/backend/delivery.hpp"

#include <malloc.h>
#include <trace/recovery.hpp>

#include <filesystem>
#include <thread>

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t flat_heap = 8 * 1024 * 1024;

void record_numbered(Run& run, int thread) {
  const Node node = run.node("node");
  for (int i = 0; i < Delivery::events_per_thread; ++i) {
    record(node, Type::progress, Level::info, "{} {}", thread, i);
  }
}

}  // namespace

Delivery::Delivery(Trial& trial, const std::string& endpoint, Config config) : trial_(trial) {
  config.endpoint = endpoint;
  config.journal_dir = journal_dir();
  config.on_diagnostic = [this](const Diagnostic& each) {
    const std::lock_guard lock(mutex_);
    ++diagnostics_[std::string(each.reason)];
  };
  heap_before_ = mallinfo2().uordblks;
  auto started = Session::start(std::move(config));
  if (!started) throw std::runtime_error(started.error().text());
  session_.emplace(std::move(*started));
}

void Delivery::record_all() {
  Run shared = session_->run("shared");
  Run other = session_->run("other");
  std::thread first([&] { record_numbered(shared, 0); });
  std::thread second([&] { record_numbered(shared, 1); });
  record_numbered(other, 2);
  first.join();
  second.join();
}

bool Delivery::deliver(std::chrono::milliseconds patience) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (!session_->flush(400ms)) {
    if (std::chrono::steady_clock::now() > give_up) return false;
  }
  return true;
}

void Delivery::close() {
  const Closed closed = session_->close(10s);
  trial_.expect_equal(closed.kept, 0U, "kept by close");
  trial_.expect_equal(session_->stats().dropped, 0U, "dropped");
  trial_.expect_equal(session_->stats().lost, 0U, "lost in the journal");
}

void Delivery::close_with_all_kept() {
  const auto kept = static_cast<std::uint64_t>(events);
  trial_.expect_equal(session_->close(500ms).kept, kept, "kept by close");
  std::uint64_t unsent = 0;
  for (const auto& entry : std::filesystem::directory_iterator(journal_dir())) {
    if (entry.path().extension() != ".journal") continue;
    if (const auto report = inspect_journal(entry.path().string())) unsent += report->unsent;
  }
  trial_.expect_equal(unsent, kept, "in the journal");
  trial_.note(fmt::format("{} events kept", kept));
}

void Delivery::compare(const std::map<std::string, std::vector<StoredEvent>>& stored) {
  std::vector<int> next(threads + 1, 0);
  std::size_t count = 0;
  std::size_t misplaced = 0;
  for (const auto& [run, events_of_run] : stored) {
    for (const StoredEvent& event : events_of_run) {
      const int thread = event.message[0] - '0';
      const bool belongs = run == (thread == threads ? "other" : "shared");
      const int number = std::stoi(event.message.substr(2));
      misplaced += belongs && number == next.at(static_cast<std::size_t>(thread))++ ? 0 : 1;
      ++count;
    }
  }
  trial_.expect_equal(count, static_cast<std::size_t>(events), "events stored");
  trial_.expect_equal(misplaced, 0U, "events out of order or twice");
  trial_.note(fmt::format("{} events", count));
}

std::map<std::string, int> Delivery::diagnostics() const {
  const std::lock_guard lock(mutex_);
  return diagnostics_;
}

void Delivery::check_calm(const std::string& reported) {
  const std::size_t heap = mallinfo2().uordblks;
  const std::size_t grown = heap > heap_before_ ? heap - heap_before_ : 0;
  trial_.expect(grown < flat_heap, fmt::format("the heap grew by {} KiB", grown / 1024));
  trial_.note(fmt::format("heap +{} KiB", grown / 1024));
  for (const auto& [reason, count] : diagnostics()) {
    trial_.expect_equal(count, 1, "diagnostics of " + reason);
  }
  if (reported.empty()) return;
  trial_.expect(diagnostics().contains(reported), "no diagnostic " + reported);
  trial_.note("reported: " + reported);
}

}  // namespace trace::testing
