// SPDX-License-Identifier: Apache-2.0
// The call sites that a lane knows, whatever their number and the distance of their addresses.
#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include <trace/detail/site_table.hpp>

namespace {

using namespace trace::detail;
using trace::FieldName;

constexpr Signature no_values{0, 0, nullptr};

struct Memory {
  std::vector<std::byte> bytes = std::vector<std::byte>(SiteTable::bytes);
  SiteTable sites{bytes.data()};
};

TEST_CASE("call sites are told apart by format, types and names") {
  Memory memory;
  static constexpr Signature one_field{1, 0, nullptr};
  static constexpr char format[] = "text";
  const FieldName a("a");
  const FieldName b("b");
  const std::array<Site, 4> sites{
      Site{{format, 4}, &no_values, nullptr}, Site{{format, 3}, &no_values, nullptr},
      Site{{format, 4}, &one_field, &a}, Site{{format, 4}, &one_field, &b}};
  for (std::uint32_t i = 0; i < sites.size(); ++i) {
    CHECK(memory.sites.find(sites[i]) == nullptr);
    CHECK(memory.sites.add(sites[i], i).number == i);
  }
  for (std::uint32_t i = 0; i < sites.size(); ++i) {
    REQUIRE(memory.sites.find(sites[i]) != nullptr);
    CHECK(memory.sites.find(sites[i])->number == i);
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
    slots.insert(SiteTable::hash_of(Site{{"", 0}, &two_fields, names.data()}) >> 52);
  }
  CHECK(slots.size() > texts.size() / 2);
}

TEST_CASE("a thousand call sites in turn are added at most twice") {
  Memory memory;
  const std::string formats(1'000, 'x');
  std::size_t made = 0;
  for (int round = 0; round < 4; ++round) {
    for (std::size_t i = 0; i < formats.size(); ++i) {
      const Site site{{formats.data() + i, 1}, &no_values, nullptr};
      if (memory.sites.find(site) == nullptr) {
        memory.sites.add(site, 0);
        ++made;
      }
    }
  }
  CHECK(made <= 2 * formats.size());
}

}  // namespace
