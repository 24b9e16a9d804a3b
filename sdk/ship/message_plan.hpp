// MessagePlan: what a call site's events say after their head, compiled once from its format
// string and its types, so that the usual event is written by a few copies and no parser. A site
// that asks for more than "{}" (widths, indices, JSON fields) has none; the encoder formats its
// events with fmt. One thread.
#pragma once

#include <trace/record.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ship/payload_reader.hpp"
#include "text/padded_text.hpp"

namespace trace::detail::journal {
struct SiteView;
}

namespace trace::detail::ship {

class MessagePlan {
 public:
  // A payload of more bytes is not for a plan: nothing of it may be too long for the contract.
  static constexpr std::size_t longest_payload = 4096;

  static std::optional<MessagePlan> compile(const journal::SiteView& site);

  // Whether what write() writes may hold an anchor of a token pattern (tokens/token_anchors.hpp):
  // one of the site's own text or of the payload, or one that the two make together.
  bool may_hold_anchor(std::span<const std::byte> payload) const noexcept;
  // The most bytes that write() takes.
  std::size_t bound(std::size_t payload_bytes) const noexcept;
  // Writes ,"message":… and ,"data":… and answers where they end; null when the payload does not
  // fit the site or needs more care than this.
  char* write(char* to, std::span<const std::byte> payload) const;

 private:
  // A value, and the text in front of it, which is JSON already.
  struct Step {
    text::PaddedText before;
    Tag tag;
  };
  bool add_message(const journal::SiteView& site);
  bool sites_text_may_hold_anchor() const noexcept;
  char* write_fields(char* to, std::span<const std::byte> payload) const;

  std::vector<Step> fields_;
  std::vector<Step> message_;
  text::PaddedText after_message_;
  std::size_t fixed_bytes_ = 0;
  bool site_may_hold_anchor_ = false;
  bool payload_has_text_ = false;
};

}  // namespace trace::detail::ship
