// SPDX-License-Identifier: Apache-2.0
#include "session/node_bases.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <vector>

using trace::detail::LossState;
using trace::detail::NodeBase;
using trace::detail::session::NodeBases;

TEST_CASE("1,024 nodes that are made one after another lie in few pages") {
  NodeBases bases;
  std::set<std::uintptr_t> pages;
  std::set<const NodeBase*> taken;
  for (int i = 0; i < 1024; ++i) {
    const NodeBase& base = bases.take();
    CHECK(taken.insert(&base).second);
    pages.insert(reinterpret_cast<std::uintptr_t>(&base) / 4096);
  }
  CHECK(pages.size() == 1024 * sizeof(NodeBase) / 4096);
}

TEST_CASE("what is given back is taken again, as new") {
  NodeBases bases;
  std::set<const NodeBase*> places;
  for (int i = 0; i < 10'000; ++i) {
    NodeBase& base = bases.take();
    CHECK(base.number == 0);
    CHECK(base.state == nullptr);
    CHECK(base.loss_state.load() == LossState::none);
    places.insert(&base);
    base.number = 7;
    base.loss_state = LossState::losing;
    bases.give_back(base);
  }
  CHECK(places.size() == 1);
}
