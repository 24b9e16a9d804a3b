// SPDX-License-Identifier: Apache-2.0
#include "journal/sites.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <new>
#include <string_view>

#include "journal/slab.hpp"

namespace trace::detail::journal {
namespace {

// What two definitions of the same call site have in common begins here.
constexpr std::size_t content = offsetof(SiteDefinition, fields);

}  // namespace

std::size_t definition_bytes(const Site& site) noexcept {
  const Signature& signature = *site.signature;
  std::size_t text = site.format.size() + signature.fields + signature.arguments;
  for (unsigned i = 0; i < signature.fields; ++i) text += 4 + site.names[i].size;
  return padded(sizeof(SiteDefinition) + text);
}

std::byte* define_site(std::byte* to, const Site& site, std::uint32_t index) noexcept {
  const Signature& signature = *site.signature;
  const std::size_t bytes = definition_bytes(site);
  const SiteDefinition definition{
      {static_cast<std::uint32_t>(bytes), RecordKind::site_definition, 0, 0, 0},
      static_cast<std::uint16_t>(index),
      signature.fields,
      signature.arguments,
      static_cast<std::uint32_t>(site.format.size())};
  std::memset(to + bytes - 8, 0, 8);  // the padding, so that equal definitions have equal bytes
  std::byte* at = put(to, &definition, sizeof definition);
  at = put(at, signature.tags, std::size_t{signature.fields} + signature.arguments);
  at = put(at, site.format.data(), site.format.size());
  for (unsigned i = 0; i < signature.fields; ++i) {
    const auto size = static_cast<std::uint32_t>(site.names[i].size);
    at = put(put(at, &size, sizeof size), site.names[i].text, size);
  }
  return to + bytes;
}

Sites::Sites() {
  void* pages = mmap(nullptr, most_sites * sizeof(Entry) + slots * sizeof(std::uint32_t),
                     PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  entries_ = static_cast<Entry*>(pages);
  numbers_ = reinterpret_cast<std::uint32_t*>(entries_ + most_sites);
}

Sites::~Sites() { munmap(entries_, most_sites * sizeof(Entry) + slots * sizeof(std::uint32_t)); }

std::uint64_t Sites::hash_of(std::span<const std::byte> record) noexcept {
  const auto bytes = record.subspan(content);
  return std::hash<std::string_view>()({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::optional<std::uint32_t> Sites::find(std::span<const std::byte> record) const noexcept {
  const std::uint64_t hash = hash_of(record);
  for (std::size_t slot = hash % slots; numbers_[slot] != 0; slot = (slot + 1) % slots) {
    const Entry& entry = entries_[numbers_[slot] - 1];
    if (entry.hash == hash && entry.bytes == record.size() &&
        std::equal(record.begin() + content, record.end(), entry.record + content)) {
      return numbers_[slot] - 1;
    }
  }
  return std::nullopt;
}

void Sites::add(std::span<const std::byte> record) noexcept {
  const std::uint32_t number = next();
  const std::uint64_t hash = hash_of(record);
  entries_[number] = {record.data(), record.size(), hash};
  std::size_t slot = hash % slots;
  while (numbers_[slot] != 0) slot = (slot + 1) % slots;
  numbers_[slot] = number + 1;
  count_.store(number + 1, std::memory_order_release);
}

bool Sites::copy_site(std::uint32_t number, std::vector<std::byte>& to) const {
  if (number >= count_.load(std::memory_order_acquire)) return false;
  const Entry& entry = entries_[number];
  to.assign(entry.record, entry.record + entry.bytes);
  return hash_of(to) == entry.hash;
}

}  // namespace trace::detail::journal
