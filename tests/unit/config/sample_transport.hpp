// SPDX-License-Identifier: Apache-2.0
// A transport type with a setting of each kind, and a registry that holds it beside another one.
#pragma once

#include <trace/transport_type.hpp>

#include <chrono>
#include <utility>

namespace trace::testing {

class NowhereTransport final : public Transport {
 public:
  SendResult send(const Batch&, std::chrono::steady_clock::time_point) noexcept override {
    return {};
  }
};

inline TransportType pigeon_type() {
  using Kind = TransportSetting::Kind;
  return {.name = "pigeon",
          .settings = {{.name = "loft"},
                       {.name = "whistle", .kind = Kind::secret},
                       {.name = "map_file", .kind = Kind::file},
                       {.name = "pigeons", .kind = Kind::count, .default_value = "2", .least = 1},
                       {.name = "load", .kind = Kind::bytes, .most = 64},
                       {.name = "flight_time",
                        .kind = Kind::duration,
                        .default_value = "1.5s",
                        .least = 1,
                        .most = 60'000},
                       {.name = "by_night", .kind = Kind::boolean, .default_value = "false"}},
          .validate =
              [](const TransportOptions& options) {
                std::vector<FieldError> errors;
                if (options.endpoint.empty()) errors.push_back({"endpoint", "must be a place"});
                if (options.number("pigeons") > 10 && options.text("loft").empty()) {
                  errors.push_back({"loft", "is required for more than 10 pigeons"});
                }
                return errors;
              },
          .make = [](const TransportOptions&) { return std::make_unique<NowhereTransport>(); }};
}

inline TransportRegistry sample_transports() {
  TransportType other;
  other.name = "drum";
  other.settings = {{.name = "rhythm"}};
  other.make = [](const TransportOptions&) { return std::make_unique<NowhereTransport>(); };
  TransportRegistry transports;
  transports.add(pigeon_type());
  transports.add(std::move(other));
  return transports;
}

}  // namespace trace::testing
