// SPDX-License-Identifier: Apache-2.0
// Time stamps of the contract for people: dates and times of a zone, ages and durations. Any
// thread, as long as none changes TZ.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace trace::cli::output {

using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

enum class Zone { local, utc };

// A time stamp of the contract, YYYY-MM-DDTHH:MM[:SS[.fraction]]Z; nullopt otherwise.
std::optional<WallTime> time_from_text(std::string_view text);

std::string date_text(WallTime time, Zone zone);         // 2026-11-30
std::string time_of_day_text(WallTime time, Zone zone);  // 04:20:12.492
std::string zone_name(WallTime time, Zone zone);         // UTC, CET

// A duration to read at a glance: 340ms, 1.2s, 28.4s, 3m05s, 2h03m, 5d04h. Negative: 0ms.
std::string duration_text(std::chrono::milliseconds duration);
// In one unit: 12s, 5m, 2h, 4d.
std::string age_text(std::chrono::milliseconds age);

// The time that an option such as --since names: a duration before `now` (90s, 5m, 2h, 1.5h), a
// date (2026-11-30), a date and a time of `zone` (2026-11-30 04:20[:12]), or a time stamp of the
// contract. nullopt: none of them.
std::optional<WallTime> since_from_text(std::string_view text, WallTime now, Zone zone);

}  // namespace trace::cli::output
