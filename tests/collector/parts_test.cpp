// SPDX-License-Identifier: Apache-2.0
// The small pure parts, without a process around them.
#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "collector/api/payloads.hpp"
#include "collector/api/routes.hpp"
#include "collector/run/emitter_id.hpp"
#include "envelopes.hpp"

using namespace trace::collector::api;
using trace::collector::run::parse_emitter_id;
using trace::testing::id_of;
using trace::testing::session_a;

TEST_CASE("cursors are base64 of the sequence and come back as it") {
  CHECK(encode_cursor(0) == "MA==");
  CHECK(encode_cursor(12) == "MTI=");
  CHECK(encode_cursor(123) == "MTIz");
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  for (const std::uint64_t sequence :
       {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{1'000'000}, largest}) {
    CHECK(decode_cursor(encode_cursor(sequence)) == sequence);
  }
  CHECK_FALSE(decode_cursor(encode_cursor(largest + 1)));
  CHECK_FALSE(decode_cursor(""));
  CHECK_FALSE(decode_cursor(std::string(1000, 'M')));
}

TEST_CASE("an emitter's id falls into its parts, any other shape into none") {
  const std::string id = id_of(session_a, 17, 42);
  const auto parts = parse_emitter_id(id);
  REQUIRE(parts);
  CHECK(parts->session == session_a);
  CHECK(parts->emitter == std::string(session_a) + "-17");
  CHECK(parts->sequence == 42);
  CHECK(parse_emitter_id(id_of(session_a, 0, 999'999'999'999))->sequence == 999'999'999'999);

  const std::string session(session_a);
  for (const std::string& foreign :
       {std::string(), std::string("1"), session, session + "-0", session + "--000000000001",
        session + "-00-000000000001", session + "-x-000000000001", session + "-0-00000000001",
        session + "-0-0000000000001", session + "-0-00000000000x", session + "-0-000000000000",
        session + "-0_000000000001", session + "_0-000000000001",
        session + "-12345678901-000000000001", "U" + session.substr(1) + "-0-000000000001",
        " " + id}) {
    INFO("id: " << foreign);
    CHECK_FALSE(parse_emitter_id(foreign));
  }
}
