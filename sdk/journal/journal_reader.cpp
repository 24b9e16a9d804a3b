// SPDX-License-Identifier: Apache-2.0
#include "journal/journal_reader.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <tuple>
#include <utility>

#include "contract/identifier.hpp"
#include "journal/directory.hpp"

namespace trace::detail::journal {
namespace {

// Memory per slab, here and in the code that delivers it.
constexpr std::size_t bytes_per_slab = 256;
// Memory per node and call site, in FoundDefinitions.
constexpr std::size_t bytes_per_definition = 96;
constexpr int pieces_between_looks = 16;

// Reads the texts after a record's fixed part, checked against the record's end.
class TextReader {
 public:
  TextReader(std::span<const std::byte> record, std::size_t start) : record_(record), at_(start) {}
  bool take(std::uint32_t bytes, std::string& text) {
    if (at_ > record_.size() || bytes > record_.size() - at_) return false;
    text.assign(reinterpret_cast<const char*>(record_.data()) + at_, bytes);
    at_ += bytes;
    return true;
  }

 private:
  std::span<const std::byte> record_;
  std::size_t at_;
};

bool makes_sense(const Extent& extent, std::uint64_t end_before) noexcept {
  const bool of_slabs =
      extent.slab_bytes == small_slab_bytes || extent.slab_bytes == large_slab_bytes;
  // The last condition keeps the extent's end from overflowing.
  return of_slabs && extent.slab_count > 0 && extent.offset >= end_before &&
         extent.offset % small_slab_bytes == 0 && extent.offset < UINT64_MAX / 2;
}

// Records are plain bytes here; atomics have the layout of their values.
template <class T>
bool copy_fixed(std::span<const std::byte> record, T& to) {
  if (record.size() < sizeof(T)) return false;
  std::memcpy(static_cast<void*>(&to), record.data(), sizeof(T));
  return true;
}

}  // namespace

Result<JournalReader> JournalReader::open(FileDescriptor file, std::string path) {
  JournalReader reader(std::move(file), std::move(path));
  if (std::string wrong = reader.read_header(); !wrong.empty()) {
    return Error(reader.path_, std::move(wrong));
  }
  return reader;
}

Result<JournalReader> JournalReader::read(FileDescriptor file, std::string path) {
  auto reader = open(std::move(file), std::move(path));
  if (!reader) return reader;
  reader->read_on(Steady::time_point::max());
  if (!reader->problem_.empty()) return Error(reader->path_, reader->problem_);
  return reader;
}

JournalReader::JournalReader(FileDescriptor file, std::string path)
    : file_(std::move(file)),
      live_(LiveFiles::add(file_.get(), nullptr, 0)),
      path_(std::move(path)) {}

std::string JournalReader::read_header() {
  header_ = std::make_unique<FileHeader>();
  struct stat info {};
  if (fstat(file_.get(), &info) != 0 || !S_ISREG(info.st_mode)) return "is not a regular file";
  if (!read_fully(file_.get(), header_.get(), sizeof(FileHeader), 0)) {
    return "is shorter than its header";
  }
  if (std::memcmp(header_->magic, file_magic, sizeof file_magic) != 0) return "is not a journal";
  if (header_->version != format_version) {
    return fmt::format("has format version {}; this version reads {}, so it is left alone",
                       header_->version, format_version);
  }
  header_->session[sizeof header_->session - 1] = '\0';
  header_->transport[sizeof header_->transport - 1] = '\0';
  header_->endpoint[sizeof header_->endpoint - 1] = '\0';
  if (!is_session_id(header_->session)) return "has a damaged session id";
  if (header_->extent_count.load() > max_extents) return "has a damaged extent table";
  extents_ = check_extents(*header_, static_cast<std::uint64_t>(info.st_size));
  return {};
}

JournalReader::Extents JournalReader::check_extents(const FileHeader& header,
                                                    std::uint64_t file_bytes) {
  Extents checked;
  std::uint64_t end = header_bytes;
  const std::size_t count = std::min<std::size_t>(header.extent_count.load(), max_extents);
  for (std::size_t i = 0; i < count; ++i) {
    Extent extent = header.extents[i];
    if (!makes_sense(extent, end)) {
      ++checked.damaged;
      continue;
    }
    end = extent.offset + std::uint64_t{extent.slab_bytes} * extent.slab_count;
    if (end > file_bytes) {
      checked.cut = true;
      const std::uint64_t left = file_bytes > extent.offset ? file_bytes - extent.offset : 0;
      extent.slab_count = static_cast<std::uint32_t>(left / extent.slab_bytes);
    }
    if (extent.slab_count > 0) checked.sound.push_back(extent);
  }
  return checked;
}

bool JournalReader::read_on(Steady::time_point until) {
  const Steady::time_point start = Steady::now();
  for (;;) {
    for (int i = 0; i < pieces_between_looks; ++i) {
      if (!read_piece()) return true;
      if (memory_ > most_memory) {
        problem_ = fmt::format("needs more than {} MiB of memory to be read; it is left alone",
                               most_memory >> 20);
        return true;
      }
    }
    const Steady::time_point now = Steady::now();
    if (time_ + (now - start) > most_time) {
      problem_ = fmt::format("takes longer than {} s to be read; it is left alone",
                             std::chrono::seconds(most_time).count());
      return true;
    }
    if (now >= until) {
      time_ += now - start;
      return false;
    }
  }
}

bool JournalReader::read_piece() {
  if (extent_ < extents_.sound.size()) return read_slab();
  if (!sorted_) {
    sort_slabs();
    return true;
  }
  if (table_ == tables_.size()) return false;
  read_table(tables_[table_++]);
  return true;
}

// The next data in a sparse file; the offset itself if the file system cannot report it.
std::uint64_t JournalReader::next_data(std::uint64_t offset) const noexcept {
  const off_t found = lseek(file_.get(), static_cast<off_t>(offset), SEEK_DATA);
  if (found >= 0) return static_cast<std::uint64_t>(found);
  return errno == ENXIO ? UINT64_MAX : offset;
}

bool JournalReader::is_written(std::uint64_t offset, std::uint64_t bytes) const noexcept {
  const off_t hole = lseek(file_.get(), static_cast<off_t>(offset), SEEK_HOLE);
  return hole < 0 || static_cast<std::uint64_t>(hole) >= offset + bytes;
}

bool JournalReader::read_slab() {
  const Extent& extent = extents_.sound[extent_];
  if (slab_ == extent.slab_count) {
    ++extent_;
    slab_ = 0;
    return true;
  }
  const std::uint64_t offset = extent.offset + slab_ * extent.slab_bytes;
  // Most slabs of a large journal were never used, or their space was freed: holes are skipped, so
  // that the work is bounded by the space on the disk, not by the file's length.
  const std::uint64_t data = next_data(offset);
  if (data >= offset + extent.slab_bytes) {
    slab_ = std::min<std::uint64_t>(extent.slab_count, (data - extent.offset) / extent.slab_bytes);
    return true;
  }
  ++slab_;
  SlabHeader slab;
  if (!read_fully(file_.get(), &slab, sizeof slab, offset)) return true;
  const std::uint64_t word = slab.word.load();
  const SlabPlace place{
      offset,       extent.slab_bytes,      slab.lane,
      slab.ordinal, committed_length(word), slab.lane == backlog_lane ? slab.run : 0};
  if (place.committed == 0) return true;
  note_memory(bytes_per_slab);
  if (slab.magic != slab_magic || slab.slab_bytes != extent.slab_bytes ||
      place.committed > extent.slab_bytes - sizeof(SlabHeader) ||
      !is_written(offset, place.used())) {
    damaged_.push_back(place);
  } else {
    (slab.lane == table_lane ? tables_ : slabs_).push_back(place);
  }
  return true;
}

void JournalReader::sort_slabs() {
  const auto in_order = [](const SlabPlace& a, const SlabPlace& b) {
    const bool a_is_parked = a.lane == backlog_lane;
    const bool b_is_parked = b.lane == backlog_lane;
    return std::tie(b_is_parked, a.lane, a.run, a.ordinal) <
           std::tie(a_is_parked, b.lane, b.run, b.ordinal);
  };
  std::sort(slabs_.begin(), slabs_.end(), in_order);
  std::sort(tables_.begin(), tables_.end(), in_order);
  sorted_ = true;
}

bool JournalReader::load(const SlabPlace& place, std::byte* to) const noexcept {
  return read_fully(file_.get(), to, place.used(), place.offset);
}

void JournalReader::read_table(SlabPlace place) {
  // The file may be a living session's: an event slab that was read since may refer to what this
  // one contains by now.
  SlabHeader slab;
  if (read_fully(file_.get(), &slab, sizeof slab, place.offset)) {
    const std::uint32_t committed = committed_length(slab.word.load());
    if (committed > place.committed && committed <= place.bytes - sizeof(SlabHeader)) {
      place.committed = committed;
    }
  }
  std::vector<std::byte> bytes(place.used());
  if (!load(place, bytes.data())) {
    damaged_.push_back(place);
    return;
  }
  std::size_t at = sizeof(SlabHeader);
  const std::size_t end = at + place.committed;
  while (at < end) {
    RecordHeader header;
    if (end - at < sizeof header) break;
    std::memcpy(&header, bytes.data() + at, sizeof header);
    if (header.size < sizeof header || header.size % 8 != 0 || header.size > end - at) break;
    if (!read_record({bytes.data() + at, header.size}, place.offset + at)) break;
    at += header.size;
  }
  if (at < end) damaged_.push_back(place);
}

bool JournalReader::read_record(std::span<const std::byte> record, std::uint64_t offset) {
  RecordHeader header;
  std::memcpy(&header, record.data(), sizeof header);
  note_memory(record.size());
  if (header.kind == RecordKind::run_metadata) {
    RunMetadata fixed{};
    FoundRun run{};
    TextReader texts(record, sizeof fixed);
    if (!copy_fixed(record, fixed) || !texts.take(fixed.run_id_bytes, run.id) ||
        !texts.take(fixed.workflow_id_bytes, run.workflow_id) ||
        !texts.take(fixed.organization_id_bytes, run.organization_id)) {
      return false;
    }
    run.number = fixed.run;
    run.total_actions = fixed.total_actions;
    run.finish_stamp = fixed.finish_stamp.load();
    run.finish_is_acknowledged = fixed.finish_is_acknowledged.load() != 0;
    run.offset = offset + offsetof(RunMetadata, finish_is_acknowledged);
    note_memory(sizeof run);
    if (contract::fault_of_run_id(run.id).empty()) runs_.push_back(std::move(run));
    return true;
  }
  if (header.kind == RecordKind::watermark) {
    Watermark fixed;
    if (!copy_fixed(record, fixed)) return false;
    note_memory(sizeof(FoundWatermark));
    watermarks_.push_back(
        {fixed.run, fixed.lane, fixed.through.load(), offset + offsetof(Watermark, through)});
    return true;
  }
  if (header.kind == RecordKind::site_definition) {
    SiteDefinition fixed{};
    if (!copy_fixed(record, fixed)) return false;
    note_memory(sizeof(FoundSite) + bytes_per_definition);
    sites_.push_back({fixed.index, {record.begin(), record.end()}});
    return true;
  }
  if (header.kind == RecordKind::node_state) {
    NodeStateRecord fixed{};
    std::string id;
    TextReader texts(record, sizeof fixed);
    if (!copy_fixed(record, fixed) || !texts.take(fixed.node_id_bytes, id)) return false;
    note_memory(sizeof(FoundNode) + bytes_per_definition);
    if (!contract::fault_of_node_id(id).empty()) return true;
    nodes_.push_back({fixed.number, fixed.run, std::move(id), fixed.start_lane.load(),
                      fixed.end_lane.load(), fixed.start_sequence.load(),
                      fixed.end_sequence.load()});
    return true;
  }
  return false;
}

}  // namespace trace::detail::journal
