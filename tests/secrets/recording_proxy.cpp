// SPDX-License-Identifier: Apache-2.0
#include "secrets/recording_proxy.hpp"

#include <utility>
#include <vector>

#include "support/http.hpp"
#include "transport/decompress.hpp"

namespace trace::testing {
namespace {

std::string header(const ReceivedRequest& request, const std::string& name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string() : found->second;
}

}  // namespace

RecordingProxy::RecordingProxy(std::string collector, std::string offer)
    : collector_(std::move(collector)),
      offer_(std::move(offer)),
      server_([this](Peer& peer) { serve(peer); }) {}

std::string RecordingProxy::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

std::map<std::string, int> RecordingProxy::passed_on() const {
  const std::lock_guard lock(mutex_);
  return passed_on_;
}

void RecordingProxy::serve(Peer& peer) {
  while (const auto request = peer.read_request()) {
    keep(*request);
    if (!peer.send(answer(*request))) return;
  }
}

void RecordingProxy::keep(const ReceivedRequest& request) {
  const std::string encoding = header(request, "content-encoding");
  const std::lock_guard lock(mutex_);
  seen_ += request.method + ' ' + request.target + '\n';
  for (const auto& [name, value] : request.headers) seen_ += name + ": " + value + '\n';
  seen_ += request.body + '\n';
  if (encoding == "gzip") seen_ += gunzip(request.body) + '\n';
  if (encoding == "zstd") seen_ += unzstd(request.body) + '\n';
}

std::string RecordingProxy::answer(const ReceivedRequest& request) {
  const std::string offer = offer_.empty() ? "" : "Accept-Encoding: " + offer_ + "\r\n";
  if (!open_.load()) return answer_text(503, "closed", offer);
  std::vector<std::string> headers{"Expect:"};
  for (const char* name : {"content-type", "content-encoding", "trace-contract"}) {
    const std::string value = header(request, name);
    if (!value.empty()) headers.push_back(std::string(name) + ": " + value);
  }
  const HttpAnswer answer = http_post(collector_ + request.target, request.body, headers);
  if (answer.status == 200) {
    const std::lock_guard lock(mutex_);
    ++passed_on_[header(request, "content-encoding")];
  }
  return answer_text(answer.status == 0 ? 502 : answer.status, answer.body, offer);
}

}  // namespace trace::testing
