// SPDX-License-Identifier: Apache-2.0
// MessagePlan: a call site's format string and types compiled once, so that the message and data of
// an event are written by a few copies and no parser. Every type of argument has one, with the
// usual specifiers; a site with indices ("{0}"), nested fields ("{:{}}"), very large widths or a
// reserved key of `data` has none, and the encoder formats its events with fmt. One thread.
#pragma once

#include <trace/record.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ship/value_format.hpp"
#include "text/padded_text.hpp"

namespace trace::detail::journal {
struct SiteView;
}

namespace trace::detail::ship {

class MessagePlan {
 public:
  static std::optional<MessagePlan> compile(const journal::SiteView& site);

  // False for a payload of which a part may exceed a limit of the contract: it needs the general
  // encoder.
  bool takes(std::size_t payload_bytes) const noexcept { return payload_bytes <= most_payload_; }
  // Whether the output of write() may contain an anchor of a token pattern
  // (tokens/token_anchors.hpp): one of the site's text, of the payload, or of both together.
  bool may_hold_anchor(std::span<const std::byte> payload) const noexcept;
  // The maximum number of bytes that write() writes.
  std::size_t bound(std::size_t payload_bytes) const noexcept;
  // Writes ,"message":… and ,"data":… and returns the end; null if the payload does not match the
  // site or needs the general encoder.
  char* write(char* to, std::span<const std::byte> payload) const;

 private:
  // A value, and the JSON text before it.
  struct Step {
    text::PaddedText before;
    Tag tag;
    bool joins = false;  // of the message: follows another value immediately
    std::optional<ValueFormat> format = {};
  };
  bool add_fields(const journal::SiteView& site);
  bool add_message(const journal::SiteView& site);
  void set_limits(const journal::SiteView& site);
  bool sites_text_may_hold_anchor() const noexcept;
  char* write_message(char* to, class PayloadReader& payload) const;
  char* write_fields(char* to, class PayloadReader& payload) const;

  std::vector<Step> fields_;
  std::vector<Step> message_;
  text::PaddedText after_message_;
  std::size_t fixed_bytes_ = 0;  // written besides the payload's texts
  std::size_t most_payload_ = 0;
  bool site_may_hold_anchor_ = false;
  bool payload_has_text_ = false;
};

}  // namespace trace::detail::ship
