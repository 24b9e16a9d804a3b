// SPDX-License-Identifier: Apache-2.0
#include "text/sha256.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <new>
#include <stdexcept>

namespace trace::detail::text {
namespace {

void require(int done) {
  if (done != 1) throw std::runtime_error("SHA-256 is not available");
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr) throw std::bad_alloc();
  begin();
}

void Sha256::begin() { require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr)); }

void Sha256::update(std::string_view bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

std::string Sha256::finish() {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  require(EVP_DigestFinal_ex(context_.get(), hash, &size));
  begin();
  return fmt::format("{:02x}", fmt::join(hash, hash + size, ""));
}

}  // namespace trace::detail::text
