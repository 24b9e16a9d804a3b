// SPDX-License-Identifier: Apache-2.0
#include "config/settings.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <trace/duration.hpp>

namespace trace::detail::config {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t tib = 1024 * 1024 * mib;
constexpr std::uint64_t minute = 60'000;
constexpr std::uint64_t hour = 60 * minute;

constexpr std::array table{
    Setting{"transport", &Config::transport,
            "`http` (docs/ingestion-api.md), `file` (NDJSON envelopes), or a transport of your "
            "own"},
    Setting{"endpoint", &Config::endpoint,
            "http: base URL, `/trace/events` is appended; file: path, created or appended to"},
    Setting{"journal_dir", &Config::journal_dir,
            "directory of the journal; without it `$XDG_STATE_HOME/shiptrace`, else "
            "`~/.local/state/shiptrace`"},
    Setting{"journal_budget",
            &Config::journal_budget,
            "limit on the size of the directory: journals, tails, dead letters and quarantine",
            {Unit::bytes, 4 * mib, 16 * tib}},
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
    Setting{"batch_bytes",
            &Config::batch_bytes,
            "a batch is sent when it has this size …",
            {Unit::bytes, 4 * kib, 64 * mib}},
    Setting{"batch_events",
            &Config::batch_events,
            "… or this many events …",
            {Unit::count, 1, 100'000}},
    Setting{"batch_delay",
            &Config::batch_delay,
            "… or when its first event is this old",
            {Unit::milliseconds, 0, minute}},
    Setting{"request_timeout",
            &Config::request_timeout,
            "limit on the time of one request",
            {Unit::milliseconds, 1, hour}},
    Setting{"close_timeout",
            &Config::close_timeout,
            "how long the end of the session waits for the last events to be delivered",
            {Unit::milliseconds, 0, hour}},
};

constexpr std::string_view name(WhenFull policy) {
  return policy == WhenFull::drop ? "drop" : "block";
}

std::optional<WhenFull> when_full_from_name(std::string_view text) {
  if (text == name(WhenFull::drop)) return WhenFull::drop;
  if (text == name(WhenFull::block)) return WhenFull::block;
  return std::nullopt;
}

template <class... Overloads>
struct Overloaded : Overloads... {
  using Overloads::operator()...;
};
template <class... Overloads>
Overloaded(Overloads...) -> Overloaded<Overloads...>;

// Assigns what was read, or says which values there are.
template <class T>
std::string assign(T& member, std::optional<T> value, const Setting& setting,
                   std::string_view text) {
  if (!value) return "must be " + range_text(setting) + ", not \"" + std::string(text) + '"';
  member = *value;
  return {};
}

}  // namespace

std::span<const Setting> settings() noexcept { return table; }

std::string environment_name(std::string_view setting) {
  std::string name = "SHIPTRACE_";
  for (const char c : setting) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

std::string read_setting(const Setting& setting, std::string_view text, Config& config) {
  const auto read_amount = [&](const auto& store) -> std::string {
    const auto amount = parse_amount(setting.range.unit, text);
    if (!amount) return amount.error().text();
    store(*amount);
    return {};
  };
  return std::visit(
      Overloaded{
          [&](std::string Config::*member) {
            config.*member = text;
            return std::string();
          },
          [&](std::uint64_t Config::*member) {
            return read_amount([&](std::uint64_t amount) { config.*member = amount; });
          },
          [&](milliseconds Config::*member) {
            return read_amount([&](std::uint64_t amount) {
              config.*member = milliseconds(static_cast<std::int64_t>(amount));
            });
          },
          [&](bool Config::*member) {
            return assign(config.*member, boolean_from_text(text), setting, text);
          },
          [&](WhenFull Config::*member) {
            return assign(config.*member, when_full_from_name(text), setting, text);
          },
          [&](Level Config::*member) {
            return assign(config.*member, level_from_name(text), setting, text);
          },
      },
      setting.member);
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

std::string value_text(const Setting& setting, const Config& config) {
  return std::visit(
      Overloaded{
          [&](std::string Config::*member) { return config.*member; },
          [&](std::uint64_t Config::*member) {
            return amount_text(setting.range.unit, config.*member);
          },
          [&](milliseconds Config::*member) { return duration_text(config.*member); },
          [&](bool Config::*member) { return std::string(config.*member ? "true" : "false"); },
          [&](WhenFull Config::*member) { return std::string(name(config.*member)); },
          [&](Level Config::*member) { return std::string(trace::name(config.*member)); },
      },
      setting.member);
}

std::string range_text(const Setting& setting) {
  return std::visit(Overloaded{
                        [](std::string Config::*) { return std::string("text"); },
                        [&](std::uint64_t Config::*) { return range_text(setting.range); },
                        [&](milliseconds Config::*) { return range_text(setting.range); },
                        [](bool Config::*) { return std::string(boolean_values); },
                        [](WhenFull Config::*) { return std::string("drop or block"); },
                        [](Level Config::*) { return std::string("debug, info, warn or error"); },
                    },
                    setting.member);
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
