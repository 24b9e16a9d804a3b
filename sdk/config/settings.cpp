// SPDX-License-Identifier: Apache-2.0
#include "config/settings.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <type_traits>

#include <trace/duration.hpp>

namespace trace::detail::config {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t tib = 1024 * 1024 * mib;
constexpr std::uint64_t minute = 60'000;
constexpr std::uint64_t hour = 60 * minute;

constexpr AmountRange range(Unit unit, std::uint64_t least, std::uint64_t most) noexcept {
  return {unit, least, most};
}

constexpr std::array table{
    Setting{"transport", &Config::transport,
            "`http` (docs/ingestion-api.md), `file` (NDJSON envelopes), or a transport of your "
            "own"},
    Setting{"endpoint", &Config::endpoint,
            "http: base URL, `/trace/events` is appended; file: path, created or appended to"},
    Setting{"journal_dir", &Config::journal_dir,
            "directory of the journal; without it `$XDG_STATE_HOME/shiptrace`, else "
            "`~/.local/state/shiptrace`"},
    Setting{"journal_budget", &Config::journal_budget,
            "limit on the size of the directory: journals, tails, dead letters and quarantine",
            range(Unit::bytes, 4 * mib, 16 * tib)},
    Setting{"when_full", &Config::when_full,
            "what `record()` does when the budget is spent: refuse the event, or wait"},
    Setting{"docker_clients", &Config::docker_clients,
            "docker clients that may be called to remove containers of dead sessions, separated by "
            "commas"},
    Setting{"guard_sigbus", &Config::guard_sigbus,
            "survive truncation of the mapped journal by another process"},
    Setting{"redact_environment", &Config::redact_environment,
            "redact the values of variables such as `*_TOKEN`, `*_PASSWORD`, `*_SECRET` and "
            "`*_KEY`"},
    Setting{"redact_patterns", &Config::redact_patterns,
            "redact what has the form of a token: JWT, `ghp_…`, `AKIA…`, `Authorization` headers, "
            "passwords and signatures in URLs, private keys"},
    Setting{"level", &Config::level, "events below it are not recorded"},
    Setting{"batch_bytes", &Config::batch_bytes, "a batch is sent when it has this size …",
            range(Unit::bytes, 4 * kib, 64 * mib)},
    Setting{"batch_events", &Config::batch_events, "… or this many events …",
            range(Unit::count, 1, 100'000)},
    Setting{"batch_delay", &Config::batch_delay, "… or when its first event is this old",
            range(Unit::milliseconds, 0, minute)},
    Setting{"request_timeout", &Config::request_timeout, "limit on the time of one request",
            range(Unit::milliseconds, 1, hour)},
    Setting{"close_timeout", &Config::close_timeout,
            "how long the end of the session waits for the last events to be delivered",
            range(Unit::milliseconds, 0, hour)},
};

// Of the types whose values have names.
template <class Value>
std::optional<Value> from_name(std::string_view text) {
  if constexpr (std::is_same_v<Value, bool>) {
    return boolean_from_text(text);
  } else if constexpr (std::is_same_v<Value, Level>) {
    return level_from_name(text);
  } else if (text == "drop") {
    return WhenFull::drop;
  } else {
    return text == "block" ? std::optional(WhenFull::block) : std::nullopt;
  }
}

}  // namespace

std::span<const Setting> settings() noexcept { return table; }

std::string environment_name(std::string_view setting) {
  std::string name = "SHIPTRACE_";
  for (const char c : setting) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

std::string read_setting(const Setting& setting, std::string_view text, Config& config) {
  const auto read = [&](auto member) -> std::string {
    auto& value = config.*member;
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, std::string>) {
      value = text;
    } else if constexpr (std::is_same_v<Value, std::uint64_t> ||
                         std::is_same_v<Value, milliseconds>) {
      const auto amount = parse_amount(setting.range.unit, text);
      if (!amount) return amount.error().text();
      value = static_cast<Value>(*amount);
    } else {
      const std::optional<Value> named = from_name<Value>(text);
      if (!named) return "must be " + range_text(setting) + ", not \"" + std::string(text) + '"';
      value = *named;
    }
    return {};
  };
  return std::visit(read, setting.member);
}

std::string value_fault(const Setting& setting, const Config& config) {
  if (const auto* text = std::get_if<std::string Config::*>(&setting.member)) {
    return std::string(has_control_character(config.**text) ? control_character_fault : "");
  }
  if (const auto* amount = std::get_if<std::uint64_t Config::*>(&setting.member)) {
    return range_fault(setting.range, config.**amount);
  }
  if (const auto* duration = std::get_if<milliseconds Config::*>(&setting.member)) {
    const milliseconds given = config.**duration;
    if (given.count() >= 0) {
      return range_fault(setting.range, static_cast<std::uint64_t>(given.count()));
    }
    return "must be " + range_text(setting.range) + ", not " + duration_text(given);
  }
  return {};
}

std::string range_text(const Setting& setting) {
  const auto is = [&]<class Value>(Value Config::*) {
    return std::holds_alternative<Value Config::*>(setting.member);
  };
  if (is(&Config::journal_dir)) return "text";
  if (is(&Config::guard_sigbus)) return std::string(boolean_values);
  if (is(&Config::when_full)) return "drop or block";
  if (is(&Config::level)) return "debug, info, warn or error";
  return range_text(setting.range);
}

bool has_control_character(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::optional<bool> boolean_from_text(std::string_view text) noexcept {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

}  // namespace trace::detail::config
