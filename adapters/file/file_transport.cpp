#include "file/file_transport.hpp"

#include <fmt/core.h>

#include <atomic>
#include <exception>
#include <map>
#include <utility>
#include <vector>

#include "file/append_file.hpp"

namespace trace::file {
namespace {

RunAcknowledgement acknowledge(const OutgoingRun& run, std::string_view session) {
  std::map<std::uint32_t, std::uint64_t> through;
  for (const OutgoingEvent& event : run.events) {
    auto& highest = through[event.lane];
    highest = std::max(highest, event.sequence);
  }
  RunAcknowledgement answer;
  answer.run_id = run.run_id;
  for (const auto& [lane, sequence] : through) {
    answer.through.push_back({fmt::format("{}-{}", session, lane), sequence});
  }
  return answer;
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
    // An envelope without events asks for news of the run; a file has none.
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

}  // namespace

std::unique_ptr<Transport> make_file_transport(std::string path) {
  return std::make_unique<FileTransport>(std::move(path));
}

}  // namespace trace::file
