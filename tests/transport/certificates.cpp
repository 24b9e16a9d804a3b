// SPDX-License-Identifier: Apache-2.0
#include "transport/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace trace::testing {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

constexpr long day = 24 * 60 * 60;

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

Key make_key() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  require(extension != nullptr, "X509V3_EXT_conf_nid");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate make_certificate(const std::string& name, EVP_PKEY* key, long from, long to) {
  static long serial = 1;
  Certificate certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), to);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

File open_for_writing(const std::string& path) {
  File file(std::fopen(path.c_str(), "w"), &std::fclose);
  require(file != nullptr, "cannot write a file");
  return file;
}

}  // namespace

struct CertificateAuthority::State {
  Key key{nullptr, &EVP_PKEY_free};
  Certificate certificate{nullptr, &X509_free};
};

CertificateAuthority::CertificateAuthority(const std::filesystem::path& directory,
                                           const std::string& name)
    : directory_(directory),
      file_((directory / (name + ".pem")).string()),
      state_(std::make_unique<State>()) {
  state_->key = make_key();
  state_->certificate = make_certificate(name, state_->key.get(), -day, 7 * day);
  X509* self = state_->certificate.get();
  X509_set_issuer_name(self, X509_get_subject_name(self));
  add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign");
  require(X509_sign(self, state_->key.get(), EVP_sha256()) > 0, "X509_sign");
  PEM_write_X509(open_for_writing(file_).get(), self);
}

CertificateAuthority::~CertificateAuthority() = default;

Identity CertificateAuthority::issue(const std::string& name, const std::string& alternative_name,
                                     Validity validity) {
  const bool expired = validity == Validity::expired;
  const Key key = make_key();
  const Certificate certificate =
      make_certificate(name, key.get(), -2 * day, expired ? -day : 7 * day);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(state_->certificate.get()));
  add_extension(certificate.get(), state_->certificate.get(), NID_subject_alt_name,
                alternative_name);
  require(X509_sign(certificate.get(), state_->key.get(), EVP_sha256()) > 0, "X509_sign");
  Identity identity{(directory_ / (name + ".crt")).string(),
                    (directory_ / (name + ".key")).string()};
  PEM_write_X509(open_for_writing(identity.certificate_file).get(), certificate.get());
  PEM_write_PrivateKey(open_for_writing(identity.key_file).get(), key.get(), nullptr, nullptr, 0,
                       nullptr, nullptr);
  return identity;
}

}  // namespace trace::testing
