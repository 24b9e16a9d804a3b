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

class LongTextProducer final : public ProducerOf<LongTextProducer> {
 public:
  LongTextProducer(Node node, std::size_t bytes)
      : node_(std::move(node)), text_(long_text(bytes)) {}

  void record(std::uint64_t number) {
    trace::record(node_, Type::progress, Level::info, "{} {}", number, text_);
  }

 private:
  Node node_;
  const std::string text_;
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
  struct Events {
    std::uint64_t secrets = 0;
    std::size_t nodes = 0;       // in turn; 0: one, without a turn
    std::size_t text_bytes = 0;  // 0: the event that every benchmark records
  };
  ShiptraceSubject(const std::string& directory, const Events& events)
      : session_(start(directory)), run_(session_.run(run_id)), events_(events) {
    add_secrets(session_, events.secrets);
  }

  std::unique_ptr<Producer> producer() override {
    if (events_.text_bytes > 0)
      return std::make_unique<LongTextProducer>(run_.node(node_id), events_.text_bytes);
    if (events_.nodes == 0) return std::make_unique<ShiptraceProducer>(run_.node(node_id));
    std::vector<Node> nodes;
    for (std::size_t i = 0; i < events_.nodes; ++i) {
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
  const Events events_;
};

bool add(const char* name, const char* memory, const ShiptraceSubject::Events& events) {
  return add_subject({name, memory,
                      [events](const std::string& directory) {
                        return std::make_unique<ShiptraceSubject>(directory, events);
                      },
                      events.text_bytes});
}

bool add_long_texts() {
  for (const LongText& each : long_texts) {
    add("shiptrace", "ext4", {.text_bytes = each.bytes});
    add("shiptrace, 10 secrets", "ext4", {.secrets = 10, .text_bytes = each.bytes});
  }
  return true;
}

const bool on_ext4 = add("shiptrace", "ext4", {});
const bool on_tmpfs = add("shiptrace", "tmpfs", {});
const bool with_10 = add("shiptrace, 10 secrets", "ext4", {.secrets = 10});
const bool with_1000 = add("shiptrace, 1,000 secrets", "ext4", {.secrets = 1000});
const bool with_long_texts = add_long_texts();

const bool with_1_node = add("shiptrace, 1 node in turn", "ext4", {.nodes = 1});
const bool with_2_nodes = add("shiptrace, 2 nodes", "ext4", {.nodes = 2});
const bool with_64_nodes = add("shiptrace, 64 nodes", "ext4", {.nodes = 64});
const bool with_1024_nodes = add("shiptrace, 1,024 nodes", "ext4", {.nodes = 1024});
const bool with_10000_nodes = add("shiptrace, 10,000 nodes", "ext4", {.nodes = 10'000});

}  // namespace
}  // namespace trace::bench
