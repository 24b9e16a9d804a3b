// SPDX-License-Identifier: Apache-2.0
// Sha256: the hash of bytes that come in pieces. One thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace trace::detail::text {

class Sha256 {
 public:
  Sha256();  // throws std::bad_alloc
  void update(std::string_view bytes);
  // Hexadecimal; resets the hash.
  std::string finish();

 private:
  void begin();
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace trace::detail::text
