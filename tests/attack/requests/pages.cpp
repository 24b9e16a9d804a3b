// SPDX-License-Identifier: Apache-2.0
// Attacks of web pages on a collector, in a real browser. With SHIPTRACE_REQUIRE_BROWSER=1 a
// machine without a browser fails.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <sstream>

#include "attack/requests/browser.hpp"
#include "attack/requests/raw_connection.hpp"
#include "attack/requests/trials.hpp"
#include "attack/requests/web_pages.hpp"
#include "support/collector.hpp"
#include "transport/scripted_server.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto patience = 30s;  // a browser starts slowly on a busy machine

// The attacker's web site: has one page, and collects reports.
class Site {
 public:
  Site() : server_([this](Peer& peer) { serve(peer); }) {}

  std::string url() const { return server_.url(); }
  std::string url_of(const std::string& name) const {
    return fmt::format("http://{}:{}", name, server_.port());
  }
  void set_page(std::string html) {
    const std::lock_guard lock(mutex_);
    page_ = std::move(html);
  }
  bool wait_until_page_was_read() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return pages_ > 0; });
  }
  // The lines of the first `count` reports; fewer when the time is over.
  std::vector<std::string> wait_for_reports(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return reports_.size() >= count; });
    std::vector<std::string> lines;
    for (const std::string& report : reports_) {
      std::istringstream text(report);
      for (std::string line; std::getline(text, line);) lines.push_back(line);
    }
    return lines;
  }

 private:
  void serve(Peer& peer) {
    while (const auto request = peer.read_request()) {
      std::unique_lock lock(mutex_);
      std::string answer = answer_text(404, "", "");
      const bool is_page = request->target.starts_with("/page");
      if (is_page) {
        answer = answer_text(200, page_, "Content-Type: text/html\r\n");
      } else if (request->target == "/who") {
        answer = answer_text(200, "the attacker");
      } else if (request->method == "POST") {
        reports_.push_back(request->body);
        answer = answer_text(200, "");
      }
      changed_.notify_all();
      lock.unlock();
      if (!peer.send(answer)) return;
      if (!is_page) continue;
      lock.lock();
      ++pages_;  // after sending: the test ends this server once the page counts as read
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string page_;
  int pages_ = 0;
  std::vector<std::string> reports_;
  ScriptedServer server_;
};

// A browser, or the reason for having none in the trial.
std::optional<std::string> browser_for(Trial& trial) {
  auto program = Browser::find();
  if (program) return program;
  const char* required = std::getenv("SHIPTRACE_REQUIRE_BROWSER");
  const bool must = required != nullptr && std::string_view(required) == "1";
  trial.expect(!must, "there is no chromium, and SHIPTRACE_REQUIRE_BROWSER=1 asks for it");
  trial.skip("needs chromium: apt-get install chromium");
  return std::nullopt;
}

void store_good_run(const std::string& url) {
  http_post(url + "/trace/events",
            R"({"runId":"good","events":[{"id":"g1","runId":"good","nodeId":"n","type":"STARTED",)"
            R"("level":"info","timestamp":"2025-10-13T12:00:00.000000Z"}]})"
            "\n",
            {"Content-Type: application/x-ndjson"});
}

std::size_t count_reads(const std::vector<std::string>& lines) {
  return static_cast<std::size_t>(std::count_if(
      lines.begin(), lines.end(),
      [](const std::string& line) { return line.find(": READ") != std::string::npos; }));
}

// Nothing was read and nothing stored.
void expect_harmless(Trial& trial, const std::vector<std::string>& lines, std::size_t attempts,
                     const std::string& collector) {
  trial.expect(lines.size() == attempts,
               fmt::format("{} attempts were reported: {}", lines.size(), fmt::join(lines, "; ")));
  for (const std::string& line : lines) {
    trial.expect(line.find(": READ") == std::string::npos, line);
  }
  const std::string runs = http_get(collector + "/workflows/runs").body;
  trial.expect(runs.find("\"good\"") != std::string::npos, "the good run is gone: " + runs);
  trial.expect(runs.find("hostile") == std::string::npos, "an event was stored: " + runs);
}

void pages_of_other_origins(Trial& trial) {
  const auto program = browser_for(trial);
  if (!program) return;
  const Collector collector;
  store_good_run(collector.url());
  Site site;    // another port of the same address
  Site second;  // and another name of this machine, in a frame of the first page
  const std::string frame = second.url_of("localhost") + "/page";
  site.set_page(page_of_another_origin(collector.url(), site.url() + "/report", frame));
  second.set_page(page_of_another_origin(collector.url(), site.url() + "/report", ""));
  const Browser browser(*program, site.url() + "/page");
  const auto lines = site.wait_for_reports(2);
  expect_harmless(trial, lines, 2 * static_cast<std::size_t>(attempts_of_another_origin()),
                  collector.url());
  trial.note(fmt::format("{} attempts of two pages, nothing read, nothing stored", lines.size()));
}

// Shows that the page of the other trials would succeed if it could.
void pages_of_an_allowed_origin(Trial& trial) {
  const auto program = browser_for(trial);
  if (!program) return;
  Site site;
  const Collector collector({"--allow-origin", site.url()});
  store_good_run(collector.url());
  site.set_page(page_of_another_origin(collector.url(), site.url() + "/report", ""));
  const Browser browser(*program, site.url() + "/page");
  const auto lines = site.wait_for_reports(1);
  for (const char* name : {"fetch with CORS, NDJSON: READ", "read: READ", "stream: READ"}) {
    const bool has = std::any_of(lines.begin(), lines.end(),
                                 [&](const std::string& line) { return line.starts_with(name); });
    trial.expect(has, fmt::format("no {} in {}", name, fmt::join(lines, "; ")));
  }
  const std::string runs = collector.get("/workflows/runs").body;
  trial.expect(runs.find("hostile") != std::string::npos, "nothing was stored: " + runs);
  trial.note(
      fmt::format("{} attempts of an allowed page, {} may read", lines.size(), count_reads(lines)));
}

// The page comes from http://evil.example:PORT; then the collector listens there.
void a_rebound_name(Trial& trial) {
  const auto program = browser_for(trial);
  if (!program) return;
  Site reports;
  auto site = std::make_unique<Site>();
  const unsigned short port = port_of(site->url());
  site->set_page(rebinding_page(reports.url() + "/report"));
  const Browser browser(*program, site->url_of("evil.example") + "/page");
  trial.expect(site->wait_until_page_was_read(), "the browser did not open the page");
  site.reset();
  const TempDir directory;
  Child collector(
      Command{.argv = {SHIPTRACE_COLLECTOR_BINARY, "--listen", fmt::format("127.0.0.1:{}", port),
                       "--db", directory / "trace.db"}});
  collector.first_line();
  const std::string url = fmt::format("http://127.0.0.1:{}", port);
  store_good_run(url);
  const auto lines = reports.wait_for_reports(1);
  expect_harmless(trial, lines, static_cast<std::size_t>(attempts_after_rebinding()), url);
  trial.note(fmt::format("{} attempts of http://evil.example:{}, nothing read, nothing stored",
                         lines.size(), port));
}

}  // namespace

std::vector<Fault> browser_attacks() {
  return {{"a real browser: pages of other origins", pages_of_other_origins},
          {"a real browser: a page of an allowed origin", pages_of_an_allowed_origin},
          {"a real browser: a name that was rebound", a_rebound_name}};
}

}  // namespace trace::testing
