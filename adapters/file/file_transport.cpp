// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <sys/stat.h>

#include <atomic>
#include <exception>
#include <map>
#include <utility>
#include <vector>

#include <trace/file.hpp>

#include "file/append_file.hpp"

namespace trace::file {
namespace {

RunAcknowledgement acknowledge(const OutgoingRun& run, std::string_view session) {
  std::map<std::uint32_t, std::uint64_t> through;
  for (const OutgoingEvent& event : run.events) {
    auto& highest = through[event.lane];
    highest = std::max(highest, event.sequence);
  }
  RunAcknowledgement acknowledgement;
  acknowledgement.run_id = run.run_id;
  for (const auto& [lane, sequence] : through) {
    acknowledgement.through.push_back({fmt::format("{}-{}", session, lane), sequence});
  }
  return acknowledgement;
}

class FileTransport final : public Transport {
 public:
  explicit FileTransport(std::string path) : path_(path), file_(std::move(path)) {}

  SendResult send(const Batch& batch,
                  std::chrono::steady_clock::time_point deadline) noexcept override {
    try {
      return append(batch, deadline);
    } catch (const std::exception&) {
      return {};  // memory ran out
    }
  }
  std::unique_ptr<Transport> another() const override { return make_file_transport(path_); }

 private:
  SendResult append(const Batch& batch, std::chrono::steady_clock::time_point deadline);

  const std::string path_;
  AppendFile file_;
  std::vector<std::string_view> lines_;
};

SendResult FileTransport::append(const Batch& batch,
                                 std::chrono::steady_clock::time_point deadline) {
  SendResult result;
  lines_.clear();
  for (const OutgoingRun& run : batch.runs) {
    // An envelope without events asks for the status of the run, which a file does not have.
    if (!run.events.empty()) lines_.push_back(run.line);
    result.runs.push_back(acknowledge(run, batch.session));
  }
  if (lines_.empty()) {
    result.kind = SendResult::Kind::acknowledged;
    return result;
  }
  switch (file_.append(lines_, deadline)) {
    case AppendFile::Outcome::written:
      result.kind = SendResult::Kind::acknowledged;
      return result;
    case AppendFile::Outcome::busy:
      result.kind = SendResult::Kind::retry_later;
      break;
    case AppendFile::Outcome::unusable:
      result.kind = SendResult::Kind::refused;
      break;
  }
  result.runs.clear();
  result.detail = file_.problem();
  return result;
}

std::vector<FieldError> validate(const TransportOptions& options) {
  const std::string& path = options.endpoint;
  struct stat info {};
  if (path.empty() || path.find("://") != std::string::npos) {
    return {{"endpoint", "must be the path of a file for the file transport"}};
  }
  if (stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
    return {{"endpoint", path + " is a directory; name a file for the file transport"}};
  }
  return {};
}

}  // namespace

TransportType transport_type() {
  return {.name = "file",
          .endpoint = "path of the file, created or appended to",
          .validate = validate,
          .make = [](const TransportOptions& options) {
            return make_file_transport(options.endpoint);
          }};
}

std::unique_ptr<Transport> make_file_transport(std::string path) {
  return std::make_unique<FileTransport>(std::move(path));
}

}  // namespace trace::file
