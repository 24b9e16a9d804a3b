#include "config/settings.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "config/units.hpp"

namespace trace::detail::config {
namespace {

using Kind = Setting::Kind;
using std::chrono::milliseconds;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t tib = 1024 * 1024 * mib;
constexpr std::uint64_t second = 1000;
constexpr std::uint64_t minute = 60 * second;
constexpr std::uint64_t hour = 60 * minute;

constexpr std::array table{
    Setting{"transport", "SHIPTRACE_TRANSPORT", Kind::text, &Config::transport, 0, 0,
            "`http` (docs/ingestion-api.md) or `file` (NDJSON envelopes)"},
    Setting{"endpoint", "SHIPTRACE_ENDPOINT", Kind::text, &Config::endpoint, 0, 0,
            "http: base URL, `/trace/events` is appended; file: path, created or appended to"},
    Setting{"token", "SHIPTRACE_TOKEN", Kind::secret, &Config::token, 0, 0,
            "bearer token; not together with `token_file`"},
    Setting{"token_file", "SHIPTRACE_TOKEN_FILE", Kind::text, &Config::token_file, 0, 0,
            "file that holds the token; read again after a 401 or 403"},
    Setting{"ca_file", "SHIPTRACE_CA_FILE", Kind::text, &Config::ca_file, 0, 0,
            "PEM file of the authorities to trust instead of the system's"},
    Setting{"client_certificate_file", "SHIPTRACE_CLIENT_CERTIFICATE_FILE", Kind::text,
            &Config::client_certificate_file, 0, 0,
            "PEM file of our own certificate; together with `client_key_file`"},
    Setting{"client_key_file", "SHIPTRACE_CLIENT_KEY_FILE", Kind::text, &Config::client_key_file, 0,
            0, "PEM file of the certificate's key"},
    Setting{"proxy", "SHIPTRACE_PROXY", Kind::secret, &Config::proxy, 0, 0,
            "proxy URL, `http://host:port` or `socks5h://host:port`"},
    Setting{"unix_socket", "SHIPTRACE_UNIX_SOCKET", Kind::text, &Config::unix_socket, 0, 0,
            "path of a socket to connect to instead of the URL's host"},
    Setting{"journal_dir", "SHIPTRACE_JOURNAL_DIR", Kind::text, &Config::journal_dir, 0, 0,
            "directory of the journal; without it `$XDG_STATE_HOME/shiptrace`, else "
            "`~/.local/state/shiptrace`"},
    Setting{"journal_budget", "SHIPTRACE_JOURNAL_BUDGET", Kind::bytes, &Config::journal_budget,
            4 * mib, 16 * tib,
            "bytes that journals, tails, dead letters and quarantine may take together in the "
            "directory"},
    Setting{"when_full", "SHIPTRACE_WHEN_FULL", Kind::when_full, &Config::when_full, 0, 0,
            "what `record()` does when the budget is spent: refuse the event, or wait"},
    Setting{"docker_clients", "SHIPTRACE_DOCKER_CLIENTS", Kind::text, &Config::docker_clients, 0, 0,
            "docker clients that may be called to remove containers of dead sessions, separated by "
            "commas"},
    Setting{"guard_sigbus", "SHIPTRACE_GUARD_SIGBUS", Kind::boolean, &Config::guard_sigbus, 0, 0,
            "survive that somebody cuts the mapped journal short"},
    Setting{"redact_environment", "SHIPTRACE_REDACT_ENVIRONMENT", Kind::boolean,
            &Config::redact_environment, 0, 0,
            "take the values of variables such as `*_TOKEN`, `*_PASSWORD`, `*_SECRET` and `*_KEY` "
            "for secrets"},
    Setting{
        "redact_patterns", "SHIPTRACE_REDACT_PATTERNS", Kind::boolean, &Config::redact_patterns, 0,
        0,
        "replace what has the shape of a token: JWT, `ghp_…`, `AKIA…`, `Authorization` headers, "
        "passwords and signatures in URLs, private keys"},
    Setting{"level", "SHIPTRACE_LEVEL", Kind::level, &Config::level, 0, 0,
            "events below it are not recorded"},
    Setting{"batch_bytes", "SHIPTRACE_BATCH_BYTES", Kind::bytes, &Config::batch_bytes, 4 * kib,
            64 * mib, "a batch is sent when it has this size …"},
    Setting{"batch_events", "SHIPTRACE_BATCH_EVENTS", Kind::count, &Config::batch_events, 1,
            100'000, "… or this many events …"},
    Setting{"batch_delay", "SHIPTRACE_BATCH_DELAY", Kind::duration, &Config::batch_delay, 0, minute,
            "… or when its first event is this old"},
    Setting{"connect_timeout", "SHIPTRACE_CONNECT_TIMEOUT", Kind::duration,
            &Config::connect_timeout, 1, 5 * minute, "time for a connection to come about"},
    Setting{"request_timeout", "SHIPTRACE_REQUEST_TIMEOUT", Kind::duration,
            &Config::request_timeout, 1, hour, "time for a whole request"},
    Setting{"close_timeout", "SHIPTRACE_CLOSE_TIMEOUT", Kind::duration, &Config::close_timeout, 0,
            hour, "time that the end of the session gives the last events"},
};

constexpr std::string_view name(WhenFull policy) {
  return policy == WhenFull::drop ? "drop" : "block";
}

std::optional<WhenFull> when_full_from_name(std::string_view text) {
  if (text == name(WhenFull::drop)) return WhenFull::drop;
  if (text == name(WhenFull::block)) return WhenFull::block;
  return std::nullopt;
}

constexpr std::string_view name(bool value) { return value ? "true" : "false"; }

std::optional<bool> boolean_from_name(std::string_view text) {
  if (text == name(true)) return true;
  if (text == name(false)) return false;
  return std::nullopt;
}

// Assigns what was read, or says what should have been written.
template <class T>
std::string assign(Config& config, const Setting& setting, std::optional<T> value,
                   std::string_view rule) {
  if (!value) return std::string(rule);
  config.*std::get<T Config::*>(setting.member) = *value;
  return {};
}

// A number of the table's range, whatever its unit; nothing when it is below 0.
std::optional<std::uint64_t> amount(const Setting& setting, const Config& config) {
  if (setting.kind != Kind::duration) {
    return config.*std::get<std::uint64_t Config::*>(setting.member);
  }
  const milliseconds duration = config.*std::get<milliseconds Config::*>(setting.member);
  if (duration.count() < 0) return std::nullopt;
  return static_cast<std::uint64_t>(duration.count());
}

std::string amount_text(Kind kind, std::uint64_t amount) {
  if (kind == Kind::bytes) return bytes_text(amount);
  if (kind == Kind::duration) return duration_text(milliseconds(static_cast<std::int64_t>(amount)));
  return std::to_string(amount);
}

bool has_range(Kind kind) {
  return kind == Kind::bytes || kind == Kind::count || kind == Kind::duration;
}

}  // namespace

std::span<const Setting> settings() noexcept { return table; }

std::string read_setting(const Setting& setting, std::string_view text, Config& config) {
  switch (setting.kind) {
    case Kind::text:
    case Kind::secret:
      return assign(config, setting, std::optional(std::string(text)), {});
    case Kind::bytes:
      return assign(config, setting, bytes_from_text(text),
                    "must be a size such as 1048576, 64MiB or 2GiB");
    case Kind::count:
      return assign(config, setting, count_from_text(text), "must be a number such as 2000");
    case Kind::duration:
      return assign(config, setting, duration_from_text(text),
                    "must be a duration such as 250ms, 5s or 2m");
    case Kind::boolean:
      return assign(config, setting, boolean_from_name(text), "must be true or false");
    case Kind::when_full:
      return assign(config, setting, when_full_from_name(text), "must be drop or block");
    case Kind::level:
      return assign(config, setting, level_from_name(text), "must be debug, info, warn or error");
  }
  return "cannot be set by the environment";
}

std::string range_fault(const Setting& setting, const Config& config) {
  if (!has_range(setting.kind)) return {};
  const std::optional<std::uint64_t> value = amount(setting, config);
  if (value && *value >= setting.least && *value <= setting.most) return {};
  return "must be " + range_text(setting) + ", not " + value_text(setting, config);
}

std::string value_text(const Setting& setting, const Config& config) {
  switch (setting.kind) {
    case Kind::text:
    case Kind::secret:
      return config.*std::get<std::string Config::*>(setting.member);
    case Kind::boolean:
      return std::string(name(config.*std::get<bool Config::*>(setting.member)));
    case Kind::when_full:
      return std::string(name(config.*std::get<WhenFull Config::*>(setting.member)));
    case Kind::level:
      return std::string(trace::name(config.*std::get<Level Config::*>(setting.member)));
    case Kind::duration:
      return duration_text(config.*std::get<milliseconds Config::*>(setting.member));
    case Kind::bytes:
    case Kind::count:
      break;
  }
  return amount_text(setting.kind, *amount(setting, config));
}

std::string range_text(const Setting& setting) {
  if (setting.kind == Kind::boolean) return "true or false";
  if (setting.kind == Kind::when_full) return "drop or block";
  if (setting.kind == Kind::level) return "debug, info, warn or error";
  if (!has_range(setting.kind)) return "text";
  return amount_text(setting.kind, setting.least) + " to " +
         amount_text(setting.kind, setting.most);
}

}  // namespace trace::detail::config
