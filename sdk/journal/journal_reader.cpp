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

namespace trace::detail {
namespace {

bool read_fully(int fd, void* to, std::size_t bytes, std::uint64_t offset) noexcept {
  auto* at = static_cast<char*>(to);
  while (bytes > 0) {
    const ssize_t n = pread(fd, at, bytes, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    bytes -= static_cast<std::size_t>(n);
    offset += static_cast<std::uint64_t>(n);
  }
  return true;
}

// It becomes part of ids and of file names.
bool is_session_id(std::string_view text) {
  constexpr std::size_t ulid_length = 26;
  return text.size() == ulid_length && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

// Texts behind a record's fixed part, checked against the record's end.
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

// Records are plain bytes here; atomics have the layout of what they hold.
template <class T>
bool copy_fixed(std::span<const std::byte> record, T& to) {
  if (record.size() < sizeof(T)) return false;
  std::memcpy(static_cast<void*>(&to), record.data(), sizeof(T));
  return true;
}

}  // namespace

Result<JournalReader> JournalReader::read(int fd, std::string path) {
  JournalReader reader(fd, std::move(path));
  if (std::string wrong = reader.read_header(); !wrong.empty()) {
    return Error(reader.path_, std::move(wrong));
  }
  reader.read_slabs();
  return reader;
}

JournalReader::JournalReader(JournalReader&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      live_(std::exchange(other.live_, nullptr)),
      path_(std::move(other.path_)),
      header_(std::move(other.header_)),
      slabs_(std::move(other.slabs_)),
      damaged_(std::move(other.damaged_)),
      runs_(std::move(other.runs_)),
      watermarks_(std::move(other.watermarks_)),
      nodes_(std::move(other.nodes_)) {}

JournalReader::JournalReader(int fd, std::string path)
    : fd_(fd), live_(LiveFiles::add(fd, nullptr, 0)), path_(std::move(path)) {}

JournalReader::~JournalReader() {
  LiveFiles::remove(live_);
  if (fd_ >= 0) ::close(fd_);
}

std::string JournalReader::read_header() {
  header_ = std::make_unique<FileHeader>();
  if (!read_fully(fd_, header_.get(), sizeof(FileHeader), 0)) return "is shorter than its header";
  if (std::memcmp(header_->magic, file_magic, sizeof file_magic) != 0) return "is no journal";
  if (header_->version != format_version) {
    return fmt::format("has format version {}; this version reads {}, so it is left alone",
                       header_->version, format_version);
  }
  header_->session[sizeof header_->session - 1] = '\0';
  header_->transport[sizeof header_->transport - 1] = '\0';
  header_->endpoint[sizeof header_->endpoint - 1] = '\0';
  if (!is_session_id(header_->session)) return "has a damaged session id";
  if (header_->extent_count.load() > max_extents) return "has a damaged extent table";
  return {};
}

void JournalReader::read_slabs() {
  struct stat info {};
  const std::uint64_t size = fstat(fd_, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
  std::vector<SlabPlace> tables;
  for (std::uint32_t i = 0; i < header_->extent_count.load(); ++i) {
    const Extent& extent = header_->extents[i];
    if (extent.slab_bytes != small_slab_bytes && extent.slab_bytes != large_slab_bytes) continue;
    for (std::uint64_t n = 0; n < extent.slab_count; ++n) {
      const std::uint64_t offset = extent.offset + n * extent.slab_bytes;
      SlabHeader slab;
      if (offset + extent.slab_bytes > size || !read_fully(fd_, &slab, sizeof slab, offset)) break;
      const std::uint64_t word = slab.word.load();
      const SlabPlace place{
          offset,       extent.slab_bytes,      slab.lane,
          slab.ordinal, committed_length(word), slab.lane == backlog_lane ? slab.run : 0};
      if (place.committed == 0) continue;
      if (slab.magic != slab_magic || slab.slab_bytes != extent.slab_bytes ||
          place.committed > extent.slab_bytes - sizeof(SlabHeader)) {
        damaged_.push_back(place);
      } else {
        (slab.lane == table_lane ? tables : slabs_).push_back(place);
      }
    }
  }
  const auto in_order = [](const SlabPlace& a, const SlabPlace& b) {
    return std::tie(a.lane, a.run, a.ordinal) < std::tie(b.lane, b.run, b.ordinal);
  };
  std::sort(slabs_.begin(), slabs_.end(), in_order);
  std::sort(tables.begin(), tables.end(), in_order);
  for (const SlabPlace& place : tables) read_table(place);
}

bool JournalReader::load(const SlabPlace& place, std::byte* to) const noexcept {
  return read_fully(fd_, to, place.bytes, place.offset);
}

void JournalReader::read_table(const SlabPlace& place) {
  std::vector<std::byte> bytes(place.bytes);
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
    const std::span<const std::byte> record(bytes.data() + at, header.size);
    bool good = false;
    if (header.kind == RecordKind::run_metadata) {
      RunMetadata fixed{};
      FoundRun run{};
      TextReader texts(record, sizeof fixed);
      good = copy_fixed(record, fixed) && texts.take(fixed.run_id_bytes, run.id) &&
             texts.take(fixed.workflow_id_bytes, run.workflow_id) &&
             texts.take(fixed.organization_id_bytes, run.organization_id);
      run.number = fixed.run;
      run.total_actions = fixed.total_actions;
      if (good && fault_of_run_id(run.id).empty()) runs_.push_back(std::move(run));
    } else if (header.kind == RecordKind::watermark) {
      Watermark fixed;
      good = copy_fixed(record, fixed);
      if (good) {
        watermarks_.push_back({fixed.run, fixed.lane, fixed.through.load(),
                               place.offset + at + offsetof(Watermark, through)});
      }
    } else if (header.kind == RecordKind::node_state) {
      NodeStateRecord fixed{};
      FoundNode node{};
      TextReader texts(record, sizeof fixed);
      good = copy_fixed(record, fixed) && texts.take(fixed.node_id_bytes, node.id);
      node.run = fixed.run;
      node.start_lane = fixed.start_lane.load();
      node.end_lane = fixed.end_lane.load();
      node.start_sequence = fixed.start_sequence.load();
      node.end_sequence = fixed.end_sequence.load();
      if (good && fault_of_node_id(node.id).empty()) nodes_.push_back(std::move(node));
    }
    if (!good) break;
    at += header.size;
  }
  if (at < end) damaged_.push_back(place);
}

}  // namespace trace::detail
