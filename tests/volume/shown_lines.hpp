// SPDX-License-Identifier: Apache-2.0
// ShownLines: a backend's events of the volume test's node, compared with what was printed while
// they are read: one line of each is in memory at a time. One thread.
#pragma once

#include <openssl/evp.h>
#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "volume/numbered_lines.hpp"

namespace trace::testing {

class ShownLines {
 public:
  ShownLines();

  // The next event.
  void take(simdjson::ondemand::object& event);

  struct Volume {
    std::uint64_t lines = 0;
    std::uint64_t bytes = 0;
  };
  // Shown before the gap, omitted, shown after it. Without a gap all are before.
  const Volume& head() const noexcept { return head_; }
  const Volume& omitted() const noexcept { return omitted_; }
  const Volume& tail() const noexcept { return tail_; }
  bool has_gap() const noexcept { return has_gap_; }
  std::uint64_t events() const noexcept { return events_; }
  std::uint64_t running_totals() const noexcept { return running_totals_; }
  // The counts in the node's last event.
  const std::optional<Volume>& reported() const noexcept { return reported_; }

  // Lines that are not the one that was printed at their place, and anything else that is wrong.
  std::uint64_t wrong() const noexcept { return wrong_; }
  const std::string& first_wrong() const noexcept { return first_wrong_; }

 private:
  void complain(std::string_view what, std::string_view of);
  void take_lines(std::string_view message, const simdjson::dom::element& data);
  void take_gap(const simdjson::dom::element& omitted);
  void take_running_total(const simdjson::dom::element& omitting);
  void take_end(const simdjson::dom::element& data);

  NumberedLine next_{1};
  simdjson::dom::parser parser_;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest_;
  Volume head_;
  Volume omitted_;
  Volume tail_;
  Volume running_;
  std::optional<Volume> reported_;
  bool has_gap_ = false;
  std::uint64_t events_ = 0;
  std::uint64_t running_totals_ = 0;
  std::uint64_t wrong_ = 0;
  std::string first_wrong_;
};

}  // namespace trace::testing
