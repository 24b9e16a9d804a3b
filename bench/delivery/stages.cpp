// SPDX-License-Identifier: Apache-2.0
// delivery_stages: where the time of an event goes, one stage at a time, on one thread, so that no
// stage disturbs another. Stages that cannot run alone are measured with and without: format is
// what an event with two arguments costs more than one whose text is ready.
#include <fmt/format.h>
#include <trace/trace.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include <trace/http.hpp>
#include "http/request_body.hpp"
#include "record/event.hpp"
#include "record/lane.hpp"
#include "ship/batch.hpp"
#include "support/report.hpp"
#include "support/server.hpp"
#include "support/taking_transport.hpp"
#include "support/temporary_directory.hpp"
#include "support/usage.hpp"

namespace trace::bench {
namespace {

constexpr std::uint64_t events = 200'000;
constexpr trace::detail::ship::BatchLimits limits{std::size_t{1} << 20, 2000};
constexpr std::string_view session_id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

double cpu_per_event(const std::function<void()>& work) {
  const Nanoseconds begin = cpu_time_of_process();
  work();
  return static_cast<double>((cpu_time_of_process() - begin).count()) / 1000 / events;
}

// Events of two threads, as stored in the journal.
class Recorded {
 public:
  enum class Text { of_two_arguments, ready };

  explicit Recorded(Text text) {
    for (std::uint64_t n = 0; n < events; ++n) record(lanes_[n % 2], n, text);
  }

  trace::detail::journal::SlabPool& pool() noexcept { return pool_; }
  trace::detail::ship::RunInfo& run() noexcept { return *run_; }
  const trace::detail::journal::Nodes& nodes() const noexcept { return nodes_; }
  const trace::detail::journal::SiteDefinitions& sites() const noexcept { return tables_.sites(); }

 private:
  static constexpr const trace::detail::Signature& two =
      trace::detail::signature_of<0, std::uint64_t, std::string_view>;
  static constexpr const trace::detail::Signature& one =
      trace::detail::signature_of<0, std::string_view>;

  void record(trace::detail::record::Lane& lane, std::uint64_t number, Text text) {
    const bool is_ready = text == Text::ready;
    const std::string message = is_ready ? fmt::format("{} {}", number, bench::text) : bench::text;
    const trace::detail::Site site = is_ready ? trace::detail::Site{"{}", &one, nullptr}
                                              : trace::detail::Site{"{} {}", &two, nullptr};
    auto failure = trace::detail::record::Lane::Failure::none;
    std::byte* at = lane.reserve(node_, site, Type::progress, Level::info, 0,
                                 (is_ready ? 0 : 8) + 4 + message.size(), failure);
    if (at == nullptr) throw std::runtime_error("the journal is too small");
    if (!is_ready) trace::detail::store(at, number);
    trace::detail::store_text(at, message);
    lane.publish();
  }

  bool created_ = false;
  trace::detail::ship::RunRegistry runs_;
  trace::detail::ship::RunInfo* run_ = runs_.open(run_id, {}, created_);
  trace::detail::journal::Nodes nodes_;
  trace::detail::record::NodeRef node_{nodes_.add(run_->number, run_->id, node_id), true,
                                       run_->number, run_->id, node_id};
  std::unique_ptr<trace::detail::journal::JournalFile> file_ =
      trace::detail::journal::JournalFile::in_memory({std::string(session_id), "", ""});
  trace::detail::journal::SlabPool pool_{*file_, std::uint64_t{128} << 20};
  trace::detail::journal::Tables tables_{pool_};
  trace::detail::record::Lane lanes_[2] = {{pool_, &tables_, 0, trace::detail::best_stamp_source(),
                                            trace::detail::record::Lane::WhenEmpty::refuse},
                                           {pool_, &tables_, 1, trace::detail::best_stamp_source(),
                                            trace::detail::record::Lane::WhenEmpty::refuse}};
};

void order_all(Recorded& recorded,
               const std::function<void(const trace::detail::ship::Merger&,
                                        const trace::detail::ship::Merger::Item&)>& take) {
  trace::detail::ship::Merger merger(recorded.pool(), recorded.nodes(), recorded.sites());
  merger.begin_pass(UINT64_MAX);
  trace::detail::ship::Merger::Item item;
  while (merger.next(item)) take(merger, item);
}

std::vector<trace::detail::ship::PendingBatch> encode_all(Recorded& recorded) {
  std::vector<trace::detail::ship::PendingBatch> batches;
  trace::detail::ship::BatchBuilder builder;
  trace::detail::ship::Encoder encoder(session_id);
  encoder.set_time({{0, 1'760'356'800'000'000'000, 1.0}});
  order_all(recorded, [&](const trace::detail::ship::Merger& merger,
                          const trace::detail::ship::Merger::Item& item) {
    builder.add(merger, item, recorded.run(), encoder, {});
    if (builder.full(limits)) batches.push_back(builder.take());
  });
  return batches;
}

double cost_of_recording() {
  const TemporaryDirectory directory(std::filesystem::temp_directory_path());
  Config config;
  config.journal_dir = directory.path();
  Dependencies dependencies;
  dependencies.transport = std::make_unique<TakingTransport>();
  auto session = Session::start(std::move(config), std::move(dependencies));
  if (!session) throw std::runtime_error(session.error().text());
  const Node node = session->run(run_id).node(node_id);
  const Nanoseconds begin = cpu_time_of_thread();
  for (std::uint64_t n = 0; n < events; ++n) {
    trace::record(node, Type::progress, Level::info, "{} {}", n, text);
  }
  return static_cast<double>((cpu_time_of_thread() - begin).count()) / 1000 / events;
}

double cost_of_encoding(Recorded::Text text) {
  Recorded recorded(text);
  trace::detail::ship::Encoder encoder(session_id);
  encoder.set_time({{0, 1'760'356'800'000'000'000, 1.0}});
  trace::detail::ship::JsonBuffer json;
  return cpu_per_event([&] {
    order_all(recorded, [&](const trace::detail::ship::Merger&,
                            const trace::detail::ship::Merger::Item& item) {
      if (json.size() > limits.bytes) json.clear();
      encoder.append(*item.event, item.lane, json);
    });
  });
}

double cost_of_compression(const std::vector<trace::detail::ship::PendingBatch>& batches,
                           http::ContentEncoding encoding) {
  http::RequestBody body;
  return cpu_per_event([&] {
    for (const trace::detail::ship::PendingBatch& batch : batches) {
      body.clear();
      for (const trace::detail::ship::RunBatch& run : batch.runs) body.add(run.line());
      body.compress(encoding);
    }
  });
}

double cost_of_sending(const std::vector<trace::detail::ship::PendingBatch>& batches) {
  const Server sink({SHIPTRACE_BENCH_COUNTING_SINK, "identity"});
  http::HttpOptions options;
  options.endpoint = sink.url();
  const auto transport = http::make_http_transport(options);
  return cpu_per_event([&] {
    for (const trace::detail::ship::PendingBatch& batch : batches) {
      const trace::detail::ship::TransportView view(batch, session_id);
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
      if (transport->send(view.batch(), deadline).kind != SendResult::Kind::acknowledged) {
        throw std::runtime_error("the sink does not take events");
      }
    }
  });
}

void run() {
  const Report out("delivery_stages");
  const auto add = [&](std::string_view stage, std::string_view compression, double cost) {
    out.add(Case().with("stage", stage).with("compression", compression), "cpu_per_event", "µs",
            cost);
  };
  const double recording = cost_of_recording();
  double order = 0;
  {
    Recorded recorded(Recorded::Text::ready);
    order = cpu_per_event([&] {
      order_all(recorded, [](const trace::detail::ship::Merger&,
                             const trace::detail::ship::Merger::Item&) {});
    });
  }
  const double ready = cost_of_encoding(Recorded::Text::ready);
  const double formatted = cost_of_encoding(Recorded::Text::of_two_arguments);
  Recorded recorded(Recorded::Text::of_two_arguments);
  const std::vector<trace::detail::ship::PendingBatch> batches = encode_all(recorded);
  const double send = cost_of_sending(batches);
  constexpr std::pair<const char*, http::ContentEncoding> encodings[] = {
      {"identity", http::ContentEncoding::identity},
      {"gzip", http::ContentEncoding::gzip},
      {"zstd", http::ContentEncoding::zstd}};
  for (const auto& [compression, encoding] : encodings) {
    add("record", compression, recording);
    add("order", compression, order);
    add("format", compression, std::max(formatted - ready, 0.0));
    add("encode", compression, std::max(ready - order, 0.0));
    add("compress", compression, cost_of_compression(batches, encoding));
    if (encoding == http::ContentEncoding::identity) add("send", compression, send);
  }
}

}  // namespace
}  // namespace trace::bench

int main() {
  try {
    trace::bench::run();
  } catch (const std::exception& failure) {
    fmt::print(stderr, "delivery_stages: {}\n", failure.what());
    return 1;
  }
}
