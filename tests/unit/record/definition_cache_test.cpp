// SPDX-License-Identifier: Apache-2.0
// The definitions that a lane's slab has: each node and call site once, whatever their number and
// whatever the distance of their serials or addresses.
#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include <trace/detail/definition_cache.hpp>

namespace {

using namespace trace::detail;
using trace::FieldName;

constexpr Signature no_values{0, 0, nullptr};

struct Definitions {
  std::vector<std::byte> memory = std::vector<std::byte>(DefinitionCache::bytes);
  DefinitionCache cache{memory.data()};
};

// How often `count` nodes, in turn, are defined in one slab.
std::size_t definitions_of(std::uint64_t count, std::uint64_t distance) {
  Definitions definitions;
  std::vector<std::uint64_t> sequences(count);
  std::size_t made = 0;
  for (int round = 0; round < 8; ++round) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t serial = 1 + i * distance;
      const NodeEntry* found = definitions.cache.node(serial);
      if (found == nullptr) {
        found = &definitions.cache.add_node(serial, &sequences[i]);
        CHECK(found->index == made++);
      }
      REQUIRE(found->serial == serial);
      REQUIRE(found->sequence == &sequences[i]);
    }
  }
  return made;
}

TEST_CASE("nodes in turn are defined once, and again at most while the table grows") {
  for (const std::uint64_t distance : {1U, 2U, 64U, 4096U, 1U << 20}) {
    CHECK(definitions_of(2, distance) == 2);
    CHECK(definitions_of(30, distance) == 30);
    // 32 + 64 + 128 … definitions are forgotten by the tables that grow.
    CHECK(definitions_of(1'024, distance) <= 2 * 1'024);
    CHECK(definitions_of(8'000, distance) <= 8'000 + EpochTable<NodeEntry>::most_slots / 2);
  }
}

TEST_CASE("a new slab defines nothing") {
  Definitions definitions;
  std::uint64_t sequence = 0;
  for (std::uint64_t slab = 0; slab < 1'000; ++slab) {
    CHECK(definitions.cache.node(7) == nullptr);
    CHECK(definitions.cache.add_node(7, &sequence).index == 0);
    CHECK(definitions.cache.node(7) != nullptr);
    definitions.cache.clear();
  }
}

TEST_CASE("call sites are told apart by format, types and names") {
  Definitions definitions;
  static constexpr Signature one_field{1, 0, nullptr};
  static constexpr char format[] = "text";
  const FieldName a("a");
  const FieldName b("b");
  const std::array<Site, 4> sites{
      Site{{format, 4}, &no_values, nullptr}, Site{{format, 3}, &no_values, nullptr},
      Site{{format, 4}, &one_field, &a}, Site{{format, 4}, &one_field, &b}};
  for (std::uint32_t i = 0; i < sites.size(); ++i) {
    CHECK(definitions.cache.site(sites[i]) == nullptr);
    CHECK(definitions.cache.add_site(sites[i]).index == i);
  }
  for (std::uint32_t i = 0; i < sites.size(); ++i) {
    REQUIRE(definitions.cache.site(sites[i]) != nullptr);
    CHECK(definitions.cache.site(sites[i])->index == i);
  }
}

TEST_CASE("call sites that differ in the names of their fields only have different slots") {
  static constexpr Signature two_fields{2, 0, nullptr};
  const std::string texts(1'000, 'x');
  std::set<std::uint64_t> slots;  // of 4,096
  for (std::size_t i = 0; i < texts.size(); ++i) {
    FieldName name("x");
    name.text = texts.data() + i;
    const FieldName same("same");
    const std::array names{i % 2 == 0 ? name : same, i % 2 == 0 ? same : name};
    slots.insert(DefinitionCache::hash_of(Site{{"", 0}, &two_fields, names.data()}) >> 52);
  }
  CHECK(slots.size() > texts.size() / 2);
}

TEST_CASE("a thousand call sites in turn are defined at most twice") {
  Definitions definitions;
  const std::string formats(1'000, 'x');
  std::size_t made = 0;
  for (int round = 0; round < 4; ++round) {
    for (std::size_t i = 0; i < formats.size(); ++i) {
      const Site site{{formats.data() + i, 1}, &no_values, nullptr};
      if (definitions.cache.site(site) == nullptr) {
        definitions.cache.add_site(site);
        ++made;
      }
    }
  }
  CHECK(made <= 2 * formats.size());
}

}  // namespace
