// SPDX-License-Identifier: Apache-2.0
// Encoding with a fixed amount of work, for counting instructions: an event as the journal holds it
// becomes contract JSON.
//
//   shiptrace_bench_count_encode --events N
#include "instructions/events_option.hpp"
#include "journal/slab_pool.hpp"
#include "record/event.hpp"
#include "record/lane.hpp"
#include "ship/encoder.hpp"

int main(int argc, char** argv) {
  using namespace trace;
  const std::uint64_t events = bench::events_option(argc, argv);
  const auto file = detail::journal::JournalFile::in_memory({"01ARZ3NDEKTSV4RRFFQ69G5FAV", "", ""});
  detail::journal::SlabPool pool(*file, std::uint64_t{16} << 20);
  detail::record::Lane lane(pool, 0, detail::StampSource::monotonic,
                            detail::record::Lane::WhenEmpty::refuse);

  // One event in a slab, encoded again and again as if it were the next one.
  static constexpr const detail::Signature& signature =
      detail::signature_of<0, std::uint64_t, std::string_view>;
  auto failure = detail::record::Lane::Failure::none;
  std::byte* at =
      lane.reserve({1, 0, bench::run_id, bench::node_id}, {"{} {}", &signature, nullptr},
                   Type::progress, Level::info, 0, 8 + 4 + bench::text.size(), failure);
  if (at == nullptr) return 1;
  detail::store(at, std::uint64_t{12'345});
  detail::store_text(at, bench::text);
  lane.publish();

  detail::journal::Slab* slab = nullptr;
  detail::journal::SlabReader reader;
  detail::journal::EventView event;
  if (!pool.next_opened(slab)) return 1;
  reader.start(slab->data());
  if (reader.next(detail::journal::committed_length(slab->header().word.load()), event) !=
      detail::journal::SlabReader::Next::event) {
    return 1;
  }
  detail::ship::Encoder encoder("01ARZ3NDEKTSV4RRFFQ69G5FAV", {.patterns = true});  // as by default
  encoder.set_time({{0, 1'760'356'800'000'000'000, 1.0}});
  detail::ship::JsonBuffer json;
  for (std::uint64_t n = 0; n < events; ++n) {
    json.clear();
    ++event.sequence;
    event.stamp += 1000;
    if (!encoder.append(event, 0, json)) return 1;
  }
}
