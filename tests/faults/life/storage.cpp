// SPDX-License-Identifier: Apache-2.0
// Trials of what can happen to the journal's directory and file.
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "faults/life/worker.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

constexpr long ext4_magic = 0xEF53;
constexpr long tmpfs_magic = 0x01021994;

// A tmpfs of this size, or the reason if there is none.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& options) {
    mounted_ = mount("tmpfs", path().c_str(), "tmpfs", 0, options.c_str()) == 0;
    if (!mounted_) why_ = fmt::format("cannot mount a tmpfs here: {}", std::strerror(errno));
  }
  ~SmallDisk() {
    if (mounted_) umount2(path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  std::string path() const { return directory_.path().string(); }
  bool mounted() const noexcept { return mounted_; }
  const std::string& why() const noexcept { return why_; }
  void make_read_only() {
    mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr);
  }

 private:
  TempDir directory_;
  bool mounted_ = false;
  std::string why_;
};

// More than fits: what is accepted is delivered, the rest is counted.
void overfill(Trial& trial, const Workplace& place) {
  Config config = place.config();
  config.batch_delay = std::chrono::minutes(1);
  config.batch_bytes = 64 << 20;  // nothing is sent, and so no room given back, meanwhile
  config.batch_events = 100'000;
  Session session = start(config);
  const Node node = session.run("run").node("node");
  const std::string text(900, 'x');
  const std::uint64_t accepted = record_numbered(node, text, 20'000);
  const auto full = static_cast<std::size_t>(DropReason::disk_full);
  trial.expect(session.stats().dropped_by[full] > 0, "nothing was counted as disk_full");
  trial.expect_equal(accepted + session.stats().dropped, 20'000U, "accepted and dropped");
  trial.expect_equal(session.close(30s).kept, 0U, "kept");
  trial.expect(place.reported().contains("disk_full"), "no diagnostic");
  trial.expect_equal(session.stats().acknowledged, accepted, "delivered");
  trial.note(
      fmt::format("{} delivered, {} refused and counted", accepted, session.stats().dropped));
}

void directory_full(Trial& trial) {
  const SmallDisk disk("size=6m");
  if (!disk.mounted()) return trial.skip(disk.why());
  const Workplace place(disk.path() + "/journal");
  overfill(trial, place);
}

void file_size_limit(Trial& trial) {
  const Workplace place;
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = 40 << 20;  // the delivered file needs room, too
  setrlimit(RLIMIT_FSIZE, &limit);
  Config config = place.config();
  config.batch_delay = std::chrono::minutes(1);
  Session session = start(config);
  limit.rlim_cur = 6 << 20;
  setrlimit(RLIMIT_FSIZE, &limit);
  const Node node = session.run("run").node("node");
  const std::string text(900, 'x');
  const std::uint64_t accepted = record_numbered(node, text, 30'000);
  const auto full = static_cast<std::size_t>(DropReason::disk_full);
  trial.expect(session.stats().dropped_by[full] > 0, "nothing was counted as disk_full");
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_FSIZE, &limit);
  trial.expect_equal(session.close(30s).kept, 0U, "kept");
  trial.expect_equal(session.stats().acknowledged, accepted, "delivered");
  trial.note(fmt::format("no SIGXFSZ, {} delivered, {} refused and counted", accepted,
                         session.stats().dropped));
}

void directory_read_only(Trial& trial) {
  SmallDisk disk("size=6m");
  if (!disk.mounted()) return trial.skip(disk.why());
  disk.make_read_only();
  const Workplace place(disk.path() + "/journal");
  Session session = start(place.config());
  trial.expect_equal(record_numbered(session.run("run").node("node"), "event", 1000), 1000U,
                     "accepted");
  trial.expect_equal(session.close(20s).kept, 0U, "kept");
  trial.expect(place.reported().contains("journal"), "no diagnostic about the journal in memory");
  trial.expect_equal(place.count(), 1000U, "events");
  trial.note("1000 events from memory, reported");
}

void directory_removed(Trial& trial) {
  const Workplace place;
  Session session = start(place.config());
  const Node node = session.run("run").node("node");
  record_numbered(node, "event", 1000);
  std::filesystem::remove_all(place.journal_dir());
  std::uint64_t accepted = 1000;
  for (int i = 1000; i < 50'000; ++i) {
    accepted += record(node, Type::progress, Level::info, "event {}", i) == Outcome::accepted;
  }
  trial.expect_equal(session.close(30s).kept, 0U, "kept");
  trial.expect_equal(session.stats().acknowledged, accepted, "delivered");
  trial.expect(are_numbered(place.delivered()[std::string(session.id())], "event",
                            static_cast<int>(accepted)),
               "order");
  trial.expect(place.reported().contains("journal"), "no diagnostic");
  trial.note(fmt::format("{} events, reported", accepted));
}

// A killed worker's events survive on this file system. They are fewer than a batch, so that the
// worker has sent none of them.
void survives_on(Trial& trial, const std::string& journal_dir) {
  const Workplace place(journal_dir);
  const int code = in_child([&] {
    Config config = place.config();
    config.batch_delay = std::chrono::minutes(1);
    Session session = start(config);
    record_numbered(session.run("run").node("node"), "event", 1000);
    raise(SIGKILL);
    return 0;
  });
  trial.expect_equal(code, 128 + SIGKILL, "the worker's end");
  const RecoveryReport report = place.recover();
  trial.expect_equal(report.delivered, 1000U, "recovered");
  const auto delivered = place.delivered();
  trial.expect(!delivered.empty() && are_numbered(delivered.begin()->second, "event", 1000),
               "order");
  trial.note(fmt::format("{} events recovered", report.delivered));
}

bool lies_on(const std::string& path, long magic) {
  struct statfs info {};
  return statfs(path.c_str(), &info) == 0 && info.f_type == magic;
}

void on_tmpfs(Trial& trial) {
  if (!lies_on("/dev/shm", tmpfs_magic)) return trial.skip("/dev/shm is not a tmpfs");
  const std::string directory = fmt::format("/dev/shm/shiptrace-fault-{}", getpid());
  survives_on(trial, directory);
  std::filesystem::remove_all(directory);
}

void on_ext4(Trial& trial) {
  for (const std::string& base : {std::filesystem::temp_directory_path().string(),
                                  std::filesystem::current_path().string()}) {
    if (!lies_on(base, ext4_magic)) continue;
    const std::string directory = fmt::format("{}/shiptrace-fault-{}", base, getpid());
    survives_on(trial, directory);
    std::filesystem::remove_all(directory);
    return;
  }
  trial.skip("neither the directory for temporary files nor this one is on ext4");
}

void file_truncated(Trial& trial) {
  const Workplace place;
  Config config = place.config();
  config.when_full = WhenFull::block;
  Session session = start(config);
  const Node node = session.run("run").node("node");
  std::uint64_t accepted = record_numbered(node, "before", 1000);
  for (const auto& entry : std::filesystem::directory_iterator(place.journal_dir())) {
    if (entry.path().extension() == ".journal") truncate(entry.path().c_str(), 0);
  }
  accepted += record_numbered(node, "after", 200'000);
  trial.expect_equal(session.close(60s).kept, 0U, "kept");
  const Stats stats = session.stats();
  trial.expect_equal(stats.acknowledged + stats.lost, accepted, "delivered and lost");
  trial.expect_equal(place.count(), std::size_t{stats.acknowledged}, "events");
  trial.expect(place.reported().contains("journal"), "no diagnostic");
  trial.note(fmt::format("the host lives, {} delivered, {} lost and counted", stats.acknowledged,
                         stats.lost));
}

}  // namespace

std::vector<Fault> storage_faults() {
  return {{"journal directory full", directory_full},
          {"journal directory read-only", directory_read_only},
          {"journal directory removed while running", directory_removed},
          {"journal on tmpfs, worker killed", on_tmpfs},
          {"journal on ext4, worker killed", on_ext4},
          {"RLIMIT_FSIZE", file_size_limit},
          {"mapped file truncated by another process", file_truncated}};
}

}  // namespace trace::testing
