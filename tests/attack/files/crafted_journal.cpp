// SPDX-License-Identifier: Apache-2.0
#include "attack/files/crafted_journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "journal/file.hpp"

namespace trace::testing {
namespace {

void write_at(int fd, std::string_view bytes, std::uint64_t offset) {
  if (pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset)) !=
      static_cast<ssize_t>(bytes.size())) {
    throw std::system_error(errno, std::generic_category(), "pwrite");
  }
}

template <class T>
std::string bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string slab_header(std::uint32_t bytes, std::uint32_t lane) {
  trace::detail::journal::SlabHeader slab{};
  slab.magic = trace::detail::journal::slab_magic;
  slab.slab_bytes = bytes;
  slab.lane = lane;
  slab.ordinal = 1;
  slab.word =
      trace::detail::journal::closed_bit | (bytes - sizeof(trace::detail::journal::SlabHeader));
  return bytes_of(slab);
}

void pad(std::string& text) { text.resize(trace::detail::padded(text.size()), '\0'); }

}  // namespace

CraftedJournal::CraftedJournal(const std::string& endpoint, const std::string& session)
    : header_(std::make_unique<trace::detail::journal::FileHeader>()) {
  std::memcpy(header_->magic, trace::detail::journal::file_magic,
              sizeof trace::detail::journal::file_magic);
  header_->version = trace::detail::journal::format_version;
  header_->header_bytes = trace::detail::journal::header_bytes;
  session.copy(header_->session, sizeof header_->session - 1);
  std::string("file").copy(header_->transport, sizeof header_->transport - 1);
  endpoint.copy(header_->endpoint, sizeof header_->endpoint - 1);
  header_->calibrations.count = 1;
  header_->calibrations.points[0] = {1, 1'700'000'000'000'000'000, 1.0};
}

void CraftedJournal::docker_client(const std::string& program) {
  trace::detail::journal::add_note(*header_, {"docker", program});
}

void CraftedJournal::extent(std::uint64_t offset, std::uint32_t slab_bytes, std::uint32_t count) {
  header_->extents[header_->extent_count.fetch_add(1)] = {offset, slab_bytes, count};
}

void CraftedJournal::full_slab(std::uint64_t offset, std::uint32_t bytes, std::uint32_t lane) {
  std::string text = slab_header(bytes, lane);
  const std::string run = "crafted";
  const std::string node = "node";
  std::string definition = bytes_of(trace::detail::journal::NodeDefinition{
      {0, trace::detail::RecordKind::node_definition, 0, 0, 0},
      0,
      0,
      static_cast<std::uint32_t>(run.size()),
      static_cast<std::uint32_t>(node.size())});
  definition += run + node;
  pad(definition);
  std::string site = bytes_of(trace::detail::journal::SiteDefinition{
      {0, trace::detail::RecordKind::site_definition, 0, 0, 0}, 0, 0, 0, 1});
  site += "x";
  pad(site);
  for (std::string* record : {&definition, &site}) {
    const auto size = static_cast<std::uint32_t>(record->size());
    std::memcpy(record->data(), &size, sizeof size);
  }
  trace::detail::EventRecord event{};
  event.header.kind = trace::detail::RecordKind::event;
  event.header.type = 1;   // PROGRESS
  event.header.level = 1;  // info
  event.stamp = 1000 + lane;
  event.sequence = 1;
  event.node = trace::detail::node_of_slab;  // the first that it defines, as the call site
  event.site = trace::detail::site_of_slab;
  const std::size_t rest = bytes - text.size() - definition.size() - site.size();
  event.header.size = static_cast<std::uint32_t>(rest);
  std::string record = bytes_of(event);
  record.resize(rest, 'x');
  pieces_.push_back({offset, text + definition + site + record});
}

void CraftedJournal::hollow_slab(std::uint64_t offset, std::uint32_t bytes, std::uint32_t lane) {
  pieces_.push_back({offset, slab_header(bytes, lane)});
}

void CraftedJournal::write(const std::string& path, std::uint64_t bytes) const {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), path);
  std::string header(trace::detail::journal::header_bytes, '\0');
  std::memcpy(header.data(), header_.get(), sizeof(trace::detail::journal::FileHeader));
  write_at(fd, header, 0);
  for (const Piece& piece : pieces_) write_at(fd, piece.bytes, piece.offset);
  if (bytes > 0 && ftruncate(fd, static_cast<off_t>(bytes)) != 0) {
    throw std::system_error(errno, std::generic_category(), "ftruncate");
  }
  close(fd);
}

}  // namespace trace::testing
