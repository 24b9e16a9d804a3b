// SPDX-License-Identifier: Apache-2.0
// The bytes of a request: pieces, rewinding and compression.
#include "http/request_body.hpp"

#include <doctest/doctest.h>
#include <zlib.h>
#include <zstd.h>

#include <string>
#include <vector>

#include "transport/decompress.hpp"
#include "transport/sample_batch.hpp"

using namespace trace;
using namespace trace::http;

namespace {

std::string drain(RequestBody& body, std::size_t step) {
  std::string all;
  std::string piece(step, '\0');
  while (const std::size_t count = body.read(piece.data(), step)) all.append(piece, 0, count);
  return all;
}

}  // namespace

TEST_CASE("pieces are read as one text, whatever the buffer") {
  RequestBody body;
  body.add("ab");
  body.add("");
  body.add("cde");
  body.add("f");
  CHECK(body.size() == 6);
  for (const std::size_t step : {1U, 2U, 3U, 4U, 100U}) {
    body.rewind();
    CHECK(drain(body, step) == "abcdef");
    CHECK(drain(body, step).empty());
  }
  body.clear();
  CHECK(body.size() == 0);
  CHECK(drain(body, 4).empty());
}

TEST_CASE("the unread bytes are buffers, from the place of reading on") {
  RequestBody body;
  for (const std::string_view piece : {"ab", "cde", "f", "ghij"}) body.add(piece);
  const auto unread = [&body](std::size_t room) {
    std::vector<iovec> buffers(room);
    buffers.resize(body.unread(buffers));
    std::string all;
    for (const iovec& buffer : buffers) {
      all.append(static_cast<const char*>(buffer.iov_base), buffer.iov_len);
    }
    return all;
  };
  CHECK(unread(10) == "abcdefghij");
  CHECK(unread(2) == "abcde");
  char byte = 0;
  CHECK(body.read(&byte, 1) == 1);
  CHECK(unread(2) == "bcde");
  body.skip(1);
  CHECK(unread(1) == "cde");
  body.skip(5);
  CHECK(unread(2) == "hij");
  body.skip(3);
  CHECK(unread(2).empty());
  body.skip(1);
  CHECK(unread(2).empty());
  body.rewind();
  CHECK(unread(10) == "abcdefghij");
}

TEST_CASE("what is compressed comes out as it went in, again and again") {
  testing::SampleBatch small;
  testing::SampleBatch large;
  large.add("run-2", 2000, 400).add("run-3", 1);
  RequestBody body;
  for (const auto encoding : {ContentEncoding::zstd, ContentEncoding::gzip}) {
    for (const auto* sample : {&small, &large, &small}) {
      body.clear();
      for (const auto& run : sample->batch().runs) body.add(run.line);
      REQUIRE(body.compress(encoding));
      const std::string sent = drain(body, 1000);
      CHECK(sent.size() == body.size());
      CHECK(sent.size() < sample->batch().bytes);
      const std::string back =
          encoding == ContentEncoding::zstd ? testing::unzstd(sent) : testing::gunzip(sent);
      CHECK(back == sample->body());
      body.rewind();
      CHECK(drain(body, 7) == sent);
    }
  }
}

TEST_CASE("identity and nothing stay as they are") {
  RequestBody body;
  CHECK(body.compress(ContentEncoding::zstd));
  CHECK(body.size() == 0);
  body.add("abc");
  CHECK(body.compress(ContentEncoding::identity));
  CHECK(drain(body, 8) == "abc");
}
