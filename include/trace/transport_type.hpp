// SPDX-License-Identifier: Apache-2.0
// TransportType: a kind of transport as the configuration sees it: its name, its settings, what
// must hold for them, and how to make one.
//
// Register your own beside the built-in ones to select it by Config::transport:
//
//   auto transports = trace::builtin_transports();
//   transports.add({.name = "pigeon", .settings = {{.name = "loft"}}, .make = make_pigeon});
//   auto session = trace::Session::start(trace::Config::from_env(transports),
//                                       {.clean_up_orphans = trace::container_cleaners(),
//                                        .transports = transports});
//
// Types and registries are values; a session keeps nothing of them. Used while a session, a
// recovery or a tool starts, on its thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <trace/config.hpp>
#include <trace/export.hpp>
#include <trace/result.hpp>
#include <trace/transport.hpp>

namespace trace {

// One setting. Its value is text in Config::transport_settings, written as in the environment.
struct TransportSetting {
  enum class Kind : std::uint8_t {
    text,
    secret,    // text that no message shows
    file,      // path of a file that must be readable when the session starts
    count,     // 2000
    bytes,     // 1048576, 64MiB
    duration,  // 300ms, 1.5s
    boolean,   // true, false
  };
  std::string name;  // lower case with underscores, such as "ca_file"
  Kind kind = Kind::text;
  std::string default_value = {};
  std::string help = {};
  // Whether the value, or the content of the file, is redacted in all events, whichever transport
  // is selected.
  bool is_credential = false;
  // The range of count, bytes and duration (in milliseconds).
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::int64_t>::max();
};

struct TransportType;

// The values of all settings of a type, checked and with the defaults in place.
class SHIPTRACE_API TransportOptions {
 public:
  std::string endpoint;
  std::chrono::milliseconds request_timeout{0};

  // The setting's value. Throws std::out_of_range when the type has no setting of that name; it
  // must be of that kind.
  const std::string& text(std::string_view name) const;  // also secret and file
  std::uint64_t number(std::string_view name) const;     // count and bytes
  std::chrono::milliseconds duration(std::string_view name) const;
  bool flag(std::string_view name) const;  // boolean

 private:
  friend Result<TransportOptions> transport_options(const Config&, const TransportType&);
  std::map<std::string, std::string, std::less<>> values_;
};

struct TransportType {
  std::string name;           // the value of Config::transport that selects it
  std::string endpoint = {};  // help: what Config::endpoint is for this type
  std::vector<TransportSetting> settings = {};
  // What is wrong with the endpoint, or with settings that do not fit each other, by the name of
  // the setting. Each value by itself has been checked before. May be empty.
  std::function<std::vector<FieldError>(const TransportOptions&)> validate = {};
  // Makes the transport. Options have passed validate().
  std::function<std::unique_ptr<Transport>(const TransportOptions&)> make;
};

// The options that `config` holds for the type, or every one that is wrong.
SHIPTRACE_API Result<TransportOptions> transport_options(const Config& config,
                                                         const TransportType& type);

class SHIPTRACE_API TransportRegistry {
 public:
  // Adds the type; it replaces one of the same name. It must have a name and make(), and no setting
  // may have the name of a member of Config.
  void add(TransportType type);

  const TransportType* find(std::string_view name) const noexcept;  // null: there is none
  const std::vector<TransportType>& types() const noexcept { return types_; }

 private:
  std::vector<TransportType> types_;
};

// Those that this library was built with, such as "file" and "http" (shiptrace::shiptrace).
SHIPTRACE_API TransportRegistry builtin_transports();

}  // namespace trace
