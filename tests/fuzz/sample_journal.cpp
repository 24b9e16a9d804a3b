// SPDX-License-Identifier: Apache-2.0
#include "fuzz/sample_journal.hpp"

#include <sys/mman.h>
#include <unistd.h>
#include <trace/trace.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "support/temp_dir.hpp"
#include "unit/ship/rig.hpp"

namespace trace::fuzz {
namespace {

using namespace std::chrono_literals;

// Takes everything but the run "stalled", until nothing is taken any more.
class DyingBackend final : public Transport {
 public:
  explicit DyingBackend(std::shared_ptr<std::atomic<bool>> dead) : dead_(std::move(dead)) {}
  SendResult send(const Batch& batch, std::chrono::steady_clock::time_point) noexcept override {
    if (dead_->load()) return {};
    SendResult result = testing::acknowledge_all(batch);
    std::erase_if(result.runs, [](const auto& run) { return run.run_id == "stalled"; });
    return result;
  }

 private:
  std::shared_ptr<std::atomic<bool>> dead_;
};

void record_every_kind(Run& run) {
  auto node = run.node("every kind");
  node.started();
  record(node, Type::progress, Level::debug, field("b", true), field("c", 'x'), field("i", -5),
         field("u", 7U), field("f", 1.5F), field("d", 2.5), field("s", "text \"quoted\""),
         field("j", Json{R"({"a":[1,null]})"}), "{} {:>8} {:.3f} {:#x}", "text", 12, 1.25, 255U);
  record(node, {.type = Type::failed,
                .level = Level::error,
                .message = "message",
                .error_message = "error",
                .error_code = "CODE",
                .error_stack = "at a\nat b",
                .data = R"({"retryable":true})",
                .timestamp = "2025-10-13T12:00:00Z"});
  node.completed(R"({"output":[1,2,3]})");
}

void record_some(Run& run, int count) {
  auto node = run.node("some");
  for (int i = 0; i < count; ++i) record(node, Type::progress, Level::info, "event {}", i);
}

// More of them than a parked run keeps in memory.
void record_large(Run& run, int count) {
  auto node = run.node("large");
  const std::string text(3000, 'x');
  for (int i = 0; i < count; ++i) record(node, Type::progress, Level::info, "{} {}", i, text);
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A worker's file at the moment of its death: a copy while the session is live.
std::string dead_workers_file(std::size_t& unacknowledged) {
  testing::TempDir directory;
  Config config;
  config.journal_dir = directory.path().string();
  config.on_diagnostic = [](const Diagnostic&) {};
  const auto dead = std::make_shared<std::atomic<bool>>(false);
  Dependencies dependencies;
  dependencies.transport = std::make_unique<DyingBackend>(dead);
  auto session = Session::start(config, std::move(dependencies));
  if (!session) throw std::runtime_error(session.error().text());
  auto taken = session->run("taken", {.workflow_id = "w", .total_actions = 3});
  auto stalled = session->run("stalled");
  record_some(taken, 20);
  record_large(stalled, 8);
  session->flush(200ms);  // its parked events are in slabs of their own now
  dead->store(true);
  auto open_node = taken.node("left open");
  open_node.started();
  open_node.add_note("docker", "podman");
  open_node.add_note("other", "x");
  record_every_kind(taken);
  record_some(stalled, 5);
  std::thread([&] {
    record_every_kind(taken);
    record_some(taken, 5);
  }).join();
  record_some(taken, 5);
  for (Run* run : {&taken, &stalled}) run->finish();
  std::string file;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    if (entry.path().extension() == ".journal") file = content_of(entry.path());
  }
  const Stats stats = session->stats();
  unacknowledged = stats.accepted - stats.acknowledged;
  session->close(0ms);
  return file;
}

// The end of the last slab that was used.
std::uint64_t add_parts(SampleJournal& sample) {
  trace::detail::journal::FileHeader header;
  std::memcpy(static_cast<void*>(&header), sample.file.data(), sizeof header);
  const auto add = [&](std::uint64_t offset, std::uint64_t bytes, std::uint32_t lane,
                       bool of_slab) {
    sample.parts.push_back({offset, bytes, lane, of_slab});
    sample.part_bytes += bytes;
  };
  // Up to the calibrations that are in use, then the extents.
  const std::uint64_t points =
      header.calibrations.count.load() * sizeof(trace::detail::time::Calibration);
  add(0, offsetof(trace::detail::journal::FileHeader, endpoint) + 64,
      trace::detail::journal::table_lane, true);
  add(offsetof(trace::detail::journal::FileHeader, closed_cleanly),
      offsetof(trace::detail::journal::FileHeader, calibrations) +
          offsetof(trace::detail::time::Calibrations, points) + points -
          offsetof(trace::detail::journal::FileHeader, closed_cleanly),
      trace::detail::journal::table_lane, true);
  add(offsetof(trace::detail::journal::FileHeader, extents),
      header.extent_count.load() * sizeof(trace::detail::journal::Extent),
      trace::detail::journal::table_lane, true);
  add(offsetof(trace::detail::journal::FileHeader, notes), 64, trace::detail::journal::table_lane,
      true);
  std::uint64_t end = 0;
  for (std::uint32_t i = 0; i < header.extent_count.load(); ++i) {
    const trace::detail::journal::Extent& extent = header.extents[i];
    for (std::uint64_t n = 0; n < extent.slab_count; ++n) {
      const std::uint64_t offset = extent.offset + n * extent.slab_bytes;
      trace::detail::journal::SlabHeader slab;
      std::memcpy(static_cast<void*>(&slab), sample.file.data() + offset, sizeof slab);
      const std::uint32_t committed = trace::detail::journal::committed_length(slab.word.load());
      if (committed == 0) continue;
      end = std::max(end, offset + extent.slab_bytes);
      add(offset, sizeof slab, slab.lane, true);
      add(offset + sizeof slab, committed, slab.lane, false);
      if (!trace::detail::journal::is_own_lane(slab.lane) &&
          slab.lane != trace::detail::journal::backlog_lane) {
        sample.slab = {offset, extent.slab_bytes, slab.lane, slab.ordinal, committed, 0};
      }
    }
  }
  return end;
}

}  // namespace

std::uint64_t SampleJournal::place(std::uint64_t n, const Part*& part) const {
  n %= part_bytes;
  for (const Part& each : parts) {
    part = &each;
    if (n < each.bytes) return each.offset + n;
    n -= each.bytes;
  }
  return 0;
}

SampleJournal make_sample_journal() {
  SampleJournal sample{};
  sample.file = dead_workers_file(sample.unacknowledged);
  // Unused space adds nothing, and would have to be copied for each input.
  sample.file.resize(add_parts(sample));
  return sample;
}

int open_in_memory(const std::string& content) {
  const int fd = memfd_create("journal", MFD_CLOEXEC);
  if (fd < 0) throw std::runtime_error("memfd_create failed");
  // Most of a journal is empty slabs: holes are quicker than zeros.
  constexpr std::size_t page = 4096;
  static const std::string zeros(page, '\0');
  if (ftruncate(fd, static_cast<off_t>(content.size())) != 0) throw std::runtime_error("ftruncate");
  for (std::size_t at = 0; at < content.size(); at += page) {
    const std::size_t bytes = std::min(page, content.size() - at);
    if (std::memcmp(content.data() + at, zeros.data(), bytes) == 0) continue;
    if (pwrite(fd, content.data() + at, bytes, static_cast<off_t>(at)) < 0)
      throw std::runtime_error("pwrite");
  }
  return fd;
}

}  // namespace trace::fuzz
