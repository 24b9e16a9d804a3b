// SPDX-License-Identifier: Apache-2.0
// Encoding with a fixed amount of work, for counting instructions: an event as the journal holds it
// becomes contract JSON.
//
//   shiptrace_bench_count_encode [--event KIND] --events N
//
// The kinds are those of `kinds` below; without one, the event of the other benchmarks.
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "instructions/events_option.hpp"
#include "journal/slab_pool.hpp"
#include "record/event.hpp"
#include "record/lane.hpp"
#include "ship/encoder.hpp"

namespace trace::bench {
namespace {

std::byte* reserve(detail::record::Lane& lane, const detail::Site& site, std::size_t bytes) {
  auto failure = detail::record::Lane::Failure::none;
  return lane.reserve({0, true, 0, run_id, node_id}, site, Type::progress, Level::info, 0, bytes,
                      failure);
}

// Records one event of the format with these values, the first `fields` of which are fields.
template <std::size_t fields, class... V>
bool record_one(detail::record::Lane& lane, std::string_view format, const V&... values) {
  static constexpr FieldName names[] = {FieldName("value"), FieldName("-")};
  static constexpr const detail::Signature& signature = detail::signature_of<fields, V...>;
  std::byte* at =
      reserve(lane, {format, &signature, names}, (0 + ... + detail::stored_bytes(values)));
  if (at == nullptr) return false;
  (detail::store(at, values), ...);
  lane.publish();
  return true;
}

struct Kind {
  std::string_view name;
  bool (*record)(detail::record::Lane&);
};

const std::string long_text = [] {
  std::string repeated;
  while (repeated.size() < 1000) repeated += text + " ";
  return repeated.substr(0, 1000);
}();

constexpr Kind kinds[] = {
    {"usual",
     [](auto& lane) {
       return record_one<0>(lane, "{} {}", std::uint64_t{12'345}, std::string_view(text));
     }},
    {"int_field",
     [](auto& lane) {
       return record_one<1>(lane, "{}", std::uint64_t{12'345}, std::string_view(text));
     }},
    {"double_field",
     [](auto& lane) { return record_one<1>(lane, "{}", 0.731, std::string_view(text)); }},
    {"precision",
     [](auto& lane) { return record_one<0>(lane, "{:.2f} {}", 73.15, std::string_view(text)); }},
    {"json_field",
     [](auto& lane) {
       return record_one<1>(lane, "{}", Json{R"({"host":"10.0.0.7","ports":[22,80,443]})"},
                            std::string_view(text));
     }},
    {"long_text",
     [](auto& lane) { return record_one<0>(lane, "{}", std::string_view(long_text)); }},
};

int run(const std::string_view kind, std::uint64_t events) {
  const auto file = detail::journal::JournalFile::in_memory({"01ARZ3NDEKTSV4RRFFQ69G5FAV", "", ""});
  detail::journal::SlabPool pool(*file, std::uint64_t{16} << 20);
  detail::journal::Tables tables(pool);
  detail::record::Lane lane(pool, &tables, 0, detail::StampSource::monotonic,
                            detail::record::Lane::WhenEmpty::refuse);
  bool recorded = false;
  for (const Kind& each : kinds) {
    if (each.name == kind) recorded = each.record(lane);
  }
  if (!recorded) return 2;

  // One event in a slab, encoded again and again as if it were the next one.
  detail::journal::Slab* slab = nullptr;
  detail::journal::Nodes nodes;
  nodes.add(0, run_id, node_id);
  detail::journal::SiteViews sites(tables.sites());
  detail::journal::SlabReader reader(nodes, sites);
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
  return 0;
}

}  // namespace
}  // namespace trace::bench

int main(int argc, char** argv) {
  const std::vector<std::string_view> given(argv + 1, argv + argc);
  const bool has_kind = given.size() >= 2 && given[0] == "--event";
  return trace::bench::run(has_kind ? given[1] : "usual", trace::bench::events_option(argc, argv));
}
