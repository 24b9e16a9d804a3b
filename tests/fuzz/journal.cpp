// SPDX-License-Identifier: Apache-2.0
// Journals that were damaged, as recovery finds them. Whatever the bytes are, recovery ends, keeps
// its memory, sends only what a backend can read, and delivers what the damage did not touch.
//
// The first byte of an input says what the others are: the file as a whole, the records of a slab
// in an intact journal, a list of places of an intact journal with the bytes to put there, the
// extent table of an intact journal, or its header from some place on.
#include <fcntl.h>
#include <unistd.h>
#include <trace/event.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include "fuzz/sample_journal.hpp"
#include "recovery/adoption.hpp"
#include "support/journal_directory.hpp"
#include "unit/ship/rig.hpp"

namespace {

using namespace trace;
using namespace trace::fuzz;
using namespace std::chrono_literals;

enum Kind : std::uint8_t { whole_file, records, edits, extents, header, kinds };

void require(bool holds) {
  if (!holds) std::abort();
}

using Ids = std::set<std::string>;

constexpr std::uint64_t budget = std::uint64_t{64} << 20;
const std::string note_owner = "docker";

// Whatever a header contains, only notes come here, and no more than fit into it. What the docker
// adapter makes of them is in tests/docker/orphans_test.cpp.
std::unique_ptr<OrphanCleanup> clean_up(const AdoptedSession& session, const Config&) {
  require(detail::journal::is_session_id(session.id));
  require(!session.notes.empty());
  std::size_t bytes = 0;
  for (const std::string& note : session.notes) {
    bytes += sizeof(detail::journal::NoteSizes) + note_owner.size() + note.size();
  }
  require(bytes <= sizeof(detail::journal::FileHeader::notes));
  return nullptr;
}

// Delivers the journal; returns "<run> <id>" of each event that the backend received.
Ids recovered(const std::string& file) {
  static const testing::TempDir directory;
  static const detail::journal::SharedDirectory opened =
      testing::journal_directory(directory.path());
  auto reader = detail::journal::JournalReader::read(
      detail::journal::FileDescriptor(open_in_memory(file)), directory / "fuzzed.journal");
  if (!reader) {
    require(!reader.error().text().empty());
    return {};
  }
  testing::SteppedClock clock;
  testing::ScriptedTransport transport;
  transport.always = [](const Batch& batch) {
    for (const OutgoingRun& run : batch.runs) require(judge_envelope(run.line).ok());
    return testing::acknowledge_all(batch);
  };
  detail::ship::DeadLetters dead_letters(opened, budget);
  detail::ship::Diagnostics diagnostics([](const Diagnostic&) {}, clock);
  detail::ship::TakenEvents taken;
  Config config;
  config.journal_budget = budget;
  detail::recovery::AdoptionParts parts{.transport = transport,
                                        .clock = clock,
                                        .dead_letters = dead_letters,
                                        .diagnostics = diagnostics,
                                        .taken = taken,
                                        .config = config,
                                        .clean_up_orphans = {{note_owner, clean_up}},
                                        .redaction = {},
                                        .directory = opened};
  detail::recovery::Adoption adoption(std::move(*reader), std::move(parts),
                                      {{1 << 20, 2000}, 50ms, 30s, 1});
  adoption.hurry(clock.now() + 1h);
  for (int steps = 0; !adoption.done(); ++steps) {
    require(steps < 10'000);
    adoption.step(clock.now());
    clock.advance(100ms);
  }
  Ids ids;
  for (const auto& [run, stored] : transport.stored) {
    for (const std::string& id : stored) ids.insert(run + " " + id);
  }
  if (adoption.quarantined() > 0) std::filesystem::remove_all(directory / "quarantine");
  return ids;
}

const SampleJournal& sample() {
  static const SampleJournal journal = make_sample_journal();
  return journal;
}

const Ids& intact() {
  static const Ids ids = recovered(sample().file);
  return ids;
}

bool is_of_lane(const std::string& id, std::uint32_t lane) {
  return id.find("-" + std::to_string(lane) + "-") != std::string::npos;
}

void recover_with_records(std::string_view bytes) {
  std::string file = sample().file;
  const detail::journal::SlabPlace& slab = sample().slab;
  const auto length = static_cast<std::uint32_t>(
      std::min<std::size_t>(bytes.size(), slab.bytes - sizeof(detail::journal::SlabHeader)));
  std::memcpy(file.data() + slab.offset + sizeof(detail::journal::SlabHeader), bytes.data(),
              length);
  char* word = file.data() + slab.offset + offsetof(detail::journal::SlabHeader, word);
  std::uint64_t value = 0;
  std::memcpy(&value, word, sizeof value);
  value = (value & ~detail::journal::length_mask) | length;
  std::memcpy(word, &value, sizeof value);
  recovered(file);
}

// Each edit: 3 bytes say where, 1 byte how many follow (0 to 15).
void recover_with_edits(std::string_view bytes) {
  std::string file = sample().file;
  std::set<std::uint32_t> lanes;
  bool only_records = true;
  while (bytes.size() > 4) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
    const SampleJournal::Part* part = nullptr;
    const std::uint64_t at =
        sample().place(byte(0) | std::uint64_t{byte(1)} << 8 | std::uint64_t{byte(2)} << 16, part);
    const std::size_t count =
        std::min<std::size_t>({byte(3) % 16U, bytes.size() - 4, part->offset + part->bytes - at});
    std::memcpy(file.data() + at, bytes.data() + 4, count);
    bytes.remove_prefix(4 + count);
    lanes.insert(part->lane);
    only_records = only_records && !part->header && !detail::journal::is_own_lane(part->lane);
  }
  only_records = only_records && !lanes.contains(detail::journal::backlog_lane) &&
                 !lanes.contains(detail::journal::table_lane);
  const Ids ids = recovered(file);
  if (!only_records) return;
  // The damage is in one lane: the events of the others are all there.
  for (const std::string& id : intact()) {
    bool untouched = !is_of_lane(id, detail::journal::recovery_lane);
    for (const std::uint32_t lane : lanes) untouched = untouched && !is_of_lane(id, lane);
    require(!untouched || ids.contains(id));
  }
}

template <class T>
void put(std::string& file, std::size_t at, const T& value) {
  std::memcpy(file.data() + at, &value, sizeof value);
}

// Each row: 4 bytes of offset and 4 of count, and what slabs; rows that the fuzzer leaves out are
// those of the sample.
void recover_with_extents(std::string_view bytes) {
  constexpr std::size_t row = 9;
  std::string file = sample().file;
  std::uint32_t count = 0;
  for (; bytes.size() >= row && count < detail::journal::max_extents; bytes.remove_prefix(row)) {
    std::uint32_t offset = 0;
    std::uint32_t slabs = 0;
    std::memcpy(&offset, bytes.data(), sizeof offset);
    std::memcpy(&slabs, bytes.data() + 4, sizeof slabs);
    const auto kind = static_cast<std::uint8_t>(bytes[8]);
    const std::uint32_t sizes[] = {detail::journal::small_slab_bytes,
                                   detail::journal::large_slab_bytes, slabs, 0};
    // Offsets of slabs mostly, and beyond the numbers that a file can have.
    const std::uint64_t at =
        kind % 8 == 7   ? std::uint64_t{offset} << 32
        : kind % 8 == 6 ? offset
                        : detail::journal::header_bytes +
                              std::uint64_t{offset % 4096} * detail::journal::small_slab_bytes;
    put(file,
        offsetof(detail::journal::FileHeader, extents) + count * sizeof(detail::journal::Extent),
        detail::journal::Extent{at, sizes[kind / 8 % 4], slabs});
    ++count;
  }
  put(file, offsetof(detail::journal::FileHeader, extent_count), count);
  recovered(file);
}

// 2 bytes say where, the others are put there.
void recover_with_header(std::string_view bytes) {
  if (bytes.size() < 2) return;
  std::string file = sample().file;
  const std::size_t at = (static_cast<std::uint8_t>(bytes[0]) |
                          std::size_t{static_cast<std::uint8_t>(bytes[1])} << 8) %
                         sizeof(detail::journal::FileHeader);
  bytes.remove_prefix(2);
  std::memcpy(file.data() + at, bytes.data(),
              std::min(bytes.size(), sizeof(detail::journal::FileHeader) - at));
  recovered(file);
}

void write_seed(const std::filesystem::path& path, Kind kind, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << static_cast<char>(kind) << bytes;
}

// The sample itself in each of the forms.
void write_seeds(const std::filesystem::path& directory) {
  write_seed(directory / "file", whole_file, sample().file);
  int number = 0;
  for (const SampleJournal::Part& part : sample().parts) {
    if (part.header) continue;
    write_seed(directory / ("records-" + std::to_string(number++)), records,
               std::string_view(sample().file).substr(part.offset, part.bytes));
  }
  std::uint64_t start = 0;
  for (const SampleJournal::Part& part : sample().parts) {
    std::string edit{static_cast<char>(start), static_cast<char>(start >> 8),
                     static_cast<char>(start >> 16), 8};
    edit += sample().file.substr(part.offset, 8);
    write_seed(directory / ("edit-" + std::to_string(start)), edits, edit);
    start += part.bytes;
  }
  std::string table;
  detail::journal::FileHeader head;
  std::memcpy(static_cast<void*>(&head), sample().file.data(), sizeof head);
  for (std::uint32_t i = 0; i < head.extent_count.load(); ++i) {
    const detail::journal::Extent& extent = head.extents[i];
    const auto slab = static_cast<std::uint32_t>((extent.offset - detail::journal::header_bytes) /
                                                 detail::journal::small_slab_bytes);
    table.append(reinterpret_cast<const char*>(&slab), sizeof slab);
    table.append(reinterpret_cast<const char*>(&extent.slab_count), sizeof extent.slab_count);
    table += extent.slab_bytes == detail::journal::small_slab_bytes ? '\0' : '\x08';
  }
  write_seed(directory / "extents", extents, table);
  for (const std::size_t at : {offsetof(detail::journal::FileHeader, session),
                               offsetof(detail::journal::FileHeader, endpoint),
                               offsetof(detail::journal::FileHeader, extent_count),
                               offsetof(detail::journal::FileHeader, notes)}) {
    std::string seed{static_cast<char>(at), static_cast<char>(at >> 8)};
    seed += sample().file.substr(at, 32);
    write_seed(directory / ("header-" + std::to_string(at)), header, seed);
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  if (*argc == 3 && std::string_view((*argv)[1]) == "--write-seeds") {
    write_seeds((*argv)[2]);
    std::exit(0);
  }
  // All that was not acknowledged, and the end of the node that was left open.
  require(intact().size() == sample().unacknowledged + 1);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % kinds) {
    case whole_file:
      recovered(std::string(bytes));
      break;
    case records:
      recover_with_records(bytes);
      break;
    case extents:
      recover_with_extents(bytes);
      break;
    case header:
      recover_with_header(bytes);
      break;
    default:
      recover_with_edits(bytes);
      break;
  }
  return 0;
}
