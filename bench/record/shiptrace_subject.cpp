// SPDX-License-Identifier: Apache-2.0
// shiptrace itself, with a backend that takes everything at once. Under the policy "block" nothing
// is dropped in a flood: record() waits when the journal's budget is spent.
#include <trace/trace.hpp>

#include <chrono>
#include <stdexcept>

#include "record/subject.hpp"
#include "support/add_secrets.hpp"
#include "support/taking_transport.hpp"

namespace trace::bench {
namespace {

class ShiptraceProducer final : public ProducerOf<ShiptraceProducer> {
 public:
  explicit ShiptraceProducer(Node node) : node_(std::move(node)) {}

  void record(std::uint64_t number) {
    trace::record(node_, Type::progress, Level::info, "{} {}", number, text);
  }

 private:
  Node node_;
};

class ShiptraceSubject final : public Subject {
 public:
  ShiptraceSubject(const std::string& directory, std::uint64_t secrets)
      : session_(start(directory)), run_(session_.run(run_id)) {
    add_secrets(session_, secrets);
  }

  std::unique_ptr<Producer> producer() override {
    return std::make_unique<ShiptraceProducer>(run_.node(node_id));
  }
  void settle() override { session_.flush(std::chrono::minutes(1)); }
  std::uint64_t lost() const override { return session_.stats().dropped; }

 private:
  static Session start(const std::string& directory) {
    Config config;
    config.journal_dir = directory;
    config.when_full = WhenFull::block;
    Dependencies dependencies;
    dependencies.transport = std::make_unique<TakingTransport>();
    auto session = Session::start(std::move(config), std::move(dependencies));
    if (!session) throw std::runtime_error(session.error().text());
    return std::move(*session);
  }

  Session session_;
  Run run_;
};

auto with_secrets(std::uint64_t secrets) {
  return [secrets](const std::string& directory) {
    return std::make_unique<ShiptraceSubject>(directory, secrets);
  };
}

const bool on_ext4 = add_subject({"shiptrace", "ext4", with_secrets(0)});
const bool on_tmpfs = add_subject({"shiptrace", "tmpfs", with_secrets(0)});
const bool with_10 = add_subject({"shiptrace, 10 secrets", "ext4", with_secrets(10)});
const bool with_1000 = add_subject({"shiptrace, 1,000 secrets", "ext4", with_secrets(1000)});

}  // namespace
}  // namespace trace::bench
