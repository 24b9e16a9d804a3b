// SPDX-License-Identifier: Apache-2.0
// shiptrace itself, with a backend that takes everything at once. Under the policy "block" nothing
// is dropped in a flood: record() waits when the journal's budget is spent.
#include <fmt/format.h>

#include <trace/trace.hpp>

#include <chrono>
#include <stdexcept>
#include <vector>

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

// Nodes in turn; also a single one, because finding the next node costs something by itself.
class RoundRobinProducer final : public ProducerOf<RoundRobinProducer> {
 public:
  explicit RoundRobinProducer(std::vector<Node> nodes) : nodes_(std::move(nodes)) {}

  void record(std::uint64_t number) {
    trace::record(nodes_[next_], Type::progress, Level::info, "{} {}", number, text);
    next_ = next_ + 1 == nodes_.size() ? 0 : next_ + 1;
  }

 private:
  std::vector<Node> nodes_;
  std::size_t next_ = 0;
};

class ShiptraceSubject final : public Subject {
 public:
  // `nodes`: in turn; 0: one, without a turn.
  ShiptraceSubject(const std::string& directory, std::uint64_t secrets, std::size_t nodes = 0)
      : session_(start(directory)), run_(session_.run(run_id)), nodes_(nodes) {
    add_secrets(session_, secrets);
  }

  std::unique_ptr<Producer> producer() override {
    if (nodes_ == 0) return std::make_unique<ShiptraceProducer>(run_.node(node_id));
    std::vector<Node> nodes;
    for (std::size_t i = 0; i < nodes_; ++i) {
      nodes.push_back(run_.node(fmt::format("{}-{}", node_id, i)));
    }
    return std::make_unique<RoundRobinProducer>(std::move(nodes));
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
  const std::size_t nodes_;
};

auto with_secrets(std::uint64_t secrets) {
  return [secrets](const std::string& directory) {
    return std::make_unique<ShiptraceSubject>(directory, secrets);
  };
}

auto with_nodes(std::size_t nodes) {
  return [nodes](const std::string& directory) {
    return std::make_unique<ShiptraceSubject>(directory, 0, nodes);
  };
}

const bool on_ext4 = add_subject({"shiptrace", "ext4", with_secrets(0)});
const bool on_tmpfs = add_subject({"shiptrace", "tmpfs", with_secrets(0)});
const bool with_10 = add_subject({"shiptrace, 10 secrets", "ext4", with_secrets(10)});
const bool with_1000 = add_subject({"shiptrace, 1,000 secrets", "ext4", with_secrets(1000)});

const bool with_1_node = add_subject({"shiptrace, 1 node in turn", "ext4", with_nodes(1)});
const bool with_2_nodes = add_subject({"shiptrace, 2 nodes", "ext4", with_nodes(2)});
const bool with_64_nodes = add_subject({"shiptrace, 64 nodes", "ext4", with_nodes(64)});
const bool with_1024_nodes = add_subject({"shiptrace, 1,024 nodes", "ext4", with_nodes(1024)});
const bool with_10000_nodes = add_subject({"shiptrace, 10,000 nodes", "ext4", with_nodes(10'000)});

}  // namespace
}  // namespace trace::bench
