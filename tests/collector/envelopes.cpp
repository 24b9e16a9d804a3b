// SPDX-License-Identifier: Apache-2.0
#include "envelopes.hpp"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <zlib.h>
#include <zstd.h>

namespace trace::testing {

std::string id_of(std::string_view session, unsigned lane, std::uint64_t sequence) {
  return fmt::format("{}-{}-{:012}", session, lane, sequence);
}

EventPayload event_of(std::string run_id, std::string id, std::string node_id, Type type) {
  EventPayload event;
  event.run_id = std::move(run_id);
  event.id = std::move(id);
  event.node_id = std::move(node_id);
  event.type = type;
  event.level = default_level(type);
  event.timestamp = "2025-10-13T12:00:00.000001Z";
  return event;
}

std::vector<EventPayload> events_of(const std::string& run_id, std::uint64_t first,
                                    std::uint64_t last, std::string_view session, unsigned lane) {
  std::vector<EventPayload> events;
  for (std::uint64_t sequence = first; sequence <= last; ++sequence) {
    events.push_back(event_of(run_id, id_of(session, lane, sequence)));
    events.back().message = fmt::format("{}/{}", lane, sequence);
  }
  return events;
}

std::string line_of(const StreamEnvelope& envelope) { return to_json(envelope) + "\n"; }

std::string line_of(const std::string& run_id, std::vector<EventPayload> events) {
  StreamEnvelope envelope;
  envelope.run_id = run_id;
  envelope.events = std::move(events);
  return line_of(envelope);
}

StreamEnvelope last_of_run(EventPayload event) {
  StreamEnvelope envelope;
  envelope.run_id = event.run_id;
  envelope.total_actions = 1;
  envelope.events = {std::move(event)};
  return envelope;
}

std::string gzipped(std::string_view text) {
  z_stream stream{};
  constexpr int gzip = 15 + 16;
  REQUIRE(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip, 8, Z_DEFAULT_STRATEGY) ==
          Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd_compressed(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3);
  REQUIRE_FALSE(ZSTD_isError(size));
  out.resize(size);
  return out;
}

}  // namespace trace::testing
