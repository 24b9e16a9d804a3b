#include "ship/event_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "contract/json_text.hpp"
#include "record/wall_time.hpp"

namespace trace::detail {
namespace {

constexpr std::size_t sequence_digits = 12;
constexpr std::uint64_t first_of_more_digits = 1'000'000'000'000;

const std::string& node_of(const EventView& event) {
  std::string& encoded = event.node->encoded;
  if (encoded.empty()) {
    encoded = "\",\"runId\":";
    append_quoted(encoded, event.node->run_id);
    encoded += ",\"nodeId\":";
    append_quoted(encoded, event.node->node_id);
  }
  return encoded;
}

char* put(char* to, std::string_view bytes) noexcept {
  std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

}  // namespace

EventHead::EventHead(std::string_view session_id) : session_id_(session_id) {
  for (std::size_t type = 0; type < types; ++type) {
    for (std::size_t level = 0; level < levels; ++level) {
      kinds_[type][level] =
          fmt::format(R"(,"type":"{}","level":"{}","timestamp":)", name(static_cast<Type>(type)),
                      name(static_cast<Level>(level)));
    }
  }
}

void EventHead::set_time(std::vector<Calibration> points) {
  points_ = std::move(points);
  to_ = from_ = 0;
}

const std::string& EventHead::kind_of(const EventView& event) const noexcept {
  return kinds_[static_cast<std::size_t>(event.type)][static_cast<std::size_t>(event.level)];
}

std::size_t EventHead::bound(const EventView& event) {
  constexpr std::size_t longest_id = 64;  // beside the session's
  return longest_id + session_id_.size() + node_of(event).size() + kind_of(event).size() +
         TimestampWriter::length + 2;
}

char* EventHead::write(char* to, const EventView& event, std::uint32_t lane) {
  to = put(to, id(lane, event.sequence));
  to = put(to, node_of(event));
  return put(to, kind_of(event));
}

char* EventHead::write_time(char* to, std::uint64_t stamp) noexcept {
  *to++ = '"';
  to = timestamps_.write(to, wall_ns(stamp));
  *to++ = '"';
  return to;
}

std::string_view EventHead::id(std::uint32_t lane, std::uint64_t sequence) {
  Id& known = ids_[lane % ids_.size()];
  const bool usual = sequence < first_of_more_digits && known.sequence < first_of_more_digits;
  if (known.lane != lane || known.text.empty() || !usual) {
    known.lane = lane;
    known.text =
        fmt::format(R"({{"id":"{}-{}-{:0{}})", session_id_, lane, sequence, sequence_digits);
  } else if (known.sequence + 1 == sequence && known.text.back() != '9') {
    ++known.text.back();
  } else {
    char* digit = known.text.data() + known.text.size();
    for (std::uint64_t rest = sequence, i = 0; i < sequence_digits; ++i, rest /= 10) {
      *--digit = static_cast<char>('0' + rest % 10);
    }
  }
  known.sequence = sequence;
  return known.text;
}

std::int64_t EventHead::wall_ns(std::uint64_t stamp) noexcept {
  if (stamp < from_ || stamp >= to_) {
    const auto next = std::upper_bound(
        points_.begin(), points_.end(), stamp,
        [](std::uint64_t value, const Calibration& point) { return value < point.stamp; });
    const bool first = next == points_.begin();
    point_ = points_.empty() ? Calibration{} : first ? points_.front() : *(next - 1);
    from_ = first ? 0 : point_.stamp;
    to_ = next == points_.end() ? UINT64_MAX : next->stamp;
  }
  return extrapolate(point_, stamp);
}

}  // namespace trace::detail
