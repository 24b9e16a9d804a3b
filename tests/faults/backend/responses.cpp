// SPDX-License-Identifier: Apache-2.0
// Trials of backends that send wrong responses.
#include <sys/stat.h>

#include <climits>
#include <ctime>
#include <fstream>

#include "faults/backend/trials.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Misbehaviour = FaultBackend::Misbehaviour;

Misbehaviour answering(std::string text) {
  return [text = std::move(text)](Peer& peer, const ReceivedRequest& head, FaultBackend&) {
    ReceivedRequest request = head;
    return !peer.read_body(request) || peer.send(text);
  };
}

// The fault at the first requests, then a good backend: everything arrives, once, in order.
void passes(Trial& trial, const Misbehaviour& misbehaviour, int times, const std::string& reported,
            Config config = {}) {
  FaultBackend backend(misbehaviour, times);
  Delivery delivery(trial, backend.url(), std::move(config));
  delivery.record_all();
  trial.expect(delivery.deliver(), "not delivered in half a minute");
  delivery.check_calm(reported);
  delivery.close();
  delivery.compare(backend.stored());
  trial.expect(backend.misbehaved() > 0, "the fault was not met");
  trial.note(
      fmt::format("met {} times, {} sent again", backend.misbehaved(), backend.sent_again()));
}

template <int status>
void status_passes(Trial& trial) {
  passes(trial, answering(answer_text(status, "out of order")), 3, "backend");
}

template <int status>
void refusal_passes(Trial& trial) {
  passes(trial, answering(answer_text(status, "no")), 2, "refused");
}

std::string http_date(std::time_t when) {
  char text[64];
  std::tm utc{};
  gmtime_r(&when, &utc);
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return text;
}

// Nothing is sent before Retry-After has passed, except by flush().
void retry_after(Trial& trial, int status, const std::string& value, bool ends_soon) {
  FaultBackend backend(answering(answer_text(status, "later", "Retry-After: " + value + "\r\n")),
                       1);
  Delivery delivery(trial, backend.url());
  delivery.record_all();
  const auto begin = std::chrono::steady_clock::now();
  while (backend.requests() < 1 && std::chrono::steady_clock::now() < begin + 10s) {
    std::this_thread::sleep_for(1ms);
  }
  std::this_thread::sleep_for(700ms);
  trial.expect_equal(backend.requests(), 1, "requests within 0.7 s");
  if (ends_soon) {
    while (backend.requests() < 2 && std::chrono::steady_clock::now() < begin + 20s) {
      std::this_thread::sleep_for(1ms);
    }
    trial.expect(backend.requests() >= 2, "it never tried again");
  }
  trial.expect(delivery.deliver(), "flush waited");
  delivery.check_calm("backend");
  delivery.close();
  delivery.compare(backend.stored());
}

void retry_after_429_seconds(Trial& trial) { retry_after(trial, 429, "2", true); }
void retry_after_503_seconds(Trial& trial) { retry_after(trial, 503, "2", true); }
void retry_after_429_date(Trial& trial) {
  retry_after(trial, 429, http_date(std::time(nullptr) + 3), true);
}
void retry_after_503_date(Trial& trial) {
  retry_after(trial, 503, http_date(std::time(nullptr) + 3), true);
}
void retry_after_absurd(Trial& trial) { retry_after(trial, 503, "99999999999", false); }

template <int kib>
void too_large(Trial& trial) {
  const Misbehaviour limit = [](Peer& peer, const ReceivedRequest& head, FaultBackend&) {
    const bool large = std::stoul(head.headers.at("content-length")) > kib * 1024;
    if (!large) return false;
    ReceivedRequest request = head;
    return !peer.read_body(request) || peer.send(answer_text(413, "too large"));
  };
  FaultBackend backend(limit, INT_MAX);
  Delivery delivery(trial, backend.url());
  delivery.record_all();
  trial.expect(delivery.deliver(), "not delivered in half a minute");
  delivery.check_calm("");
  delivery.close();
  delivery.compare(backend.stored());
  trial.note(fmt::format("{} requests", backend.requests()));
}

std::size_t dead_letters(const Delivery& delivery, std::string_view word) {
  std::ifstream file(delivery.journal_dir() + "/rejected.ndjson");
  std::size_t found = 0;
  for (std::string line; std::getline(file, line);) found += line.find(word) != std::string::npos;
  return found;
}

void poison(Trial& trial, const Misbehaviour& misbehaviour) {
  FaultBackend backend(misbehaviour, INT_MAX);
  Delivery delivery(trial, backend.url());
  {
    Run run = delivery.session().run("third");
    record(run.node("node"), Type::progress, Level::info, "poison");
  }
  delivery.record_all();
  trial.expect(delivery.deliver(), "not delivered in half a minute");
  delivery.check_calm("rejected");
  delivery.close();
  delivery.compare(backend.stored());
  trial.expect_equal(delivery.session().stats().rejected, 1U, "events rejected");
  trial.expect_equal(dead_letters(delivery, "poison"), 1U, "dead letters with the poison");
  trial.expect_equal(dead_letters(delivery, "reason"), 1U, "dead letters");
  trial.note(fmt::format("1 dead letter, {} requests", backend.requests()));
}

template <int status>
void poison_refused(Trial& trial) {
  poison(trial, [](Peer& peer, const ReceivedRequest& head, FaultBackend& backend) {
    ReceivedRequest request = head;
    if (!peer.read_body(request)) return true;
    const bool bad = request.body.find("poison") != std::string::npos;
    return peer.send(bad ? answer_text(status, R"({"error":{"field":"events","message":"bad"}})")
                         : answer_text(200, backend.take(request.body)));
  });
}

void poison_rejected(Trial& trial) {
  poison(trial, [](Peer& peer, const ReceivedRequest& head, FaultBackend& backend) {
    ReceivedRequest request = head;
    if (!peer.read_body(request)) return true;
    const auto is_poison = [](const StoredEvent& event) { return event.message == "poison"; };
    return peer.send(answer_text(200, backend.take(request.body, is_poison)));
  });
}

void rotating_token(Trial& trial) {
  const TempDir directory;
  const std::string file = directory / "token";
  std::ofstream(file) << "old\n";
  const Misbehaviour guard = [](Peer& peer, const ReceivedRequest& head, FaultBackend&) {
    const auto shown = head.headers.find("authorization");
    if (shown != head.headers.end() && shown->second == "Bearer new") return false;
    ReceivedRequest request = head;
    return !peer.read_body(request) || peer.send(answer_text(401, "who are you?"));
  };
  FaultBackend backend(guard, INT_MAX);
  Config config;
  config.transport_settings["token_file"] = file;
  Delivery delivery(trial, backend.url(), std::move(config));
  delivery.record_all();
  trial.expect(!delivery.deliver(1s), "the old token was taken");
  std::ofstream(file) << "new\n";
  trial.expect(delivery.deliver(), "not delivered with the new token");
  delivery.check_calm("refused");
  delivery.close();
  delivery.compare(backend.stored());
}

template <const char* body>
void unreadable_answer(Trial& trial) {
  passes(trial, answering(answer_text(200, body)), 2, "backend");
}
constexpr char nothing[] = "";
constexpr char cut[] = R"({"runs":[{"runId":"shared","accep)";
constexpr char foreign[] = R"({"ok":true})";
constexpr char html[] = "<html>welcome</html>";
constexpr char no_runs[] = R"({"runs":[]})";

void one_run_acknowledged(Trial& trial) {
  passes(
      trial,
      [](Peer& peer, const ReceivedRequest& head, FaultBackend& backend) {
        ReceivedRequest request = head;
        return !peer.read_body(request) ||
               peer.send(answer_text(200, backend.take_first_run(request.body)));
      },
      3, "");
}

void stored_but_not_said(Trial& trial) {
  passes(
      trial,
      [](Peer& peer, const ReceivedRequest& head, FaultBackend& backend) {
        ReceivedRequest request = head;
        if (!peer.read_body(request)) return true;
        backend.take(request.body);
        return true;  // hangs up
      },
      3, "backend");
}

void one_run_always_fails(Trial& trial) {
  const Misbehaviour without_shared = [](Peer& peer, const ReceivedRequest& head,
                                         FaultBackend& backend) {
    ReceivedRequest request = head;
    if (!peer.read_body(request)) return true;
    std::string taken;
    for (std::size_t at = 0; at < request.body.size();) {
      const std::size_t end = request.body.find('\n', at) + 1;
      const std::string line = request.body.substr(at, end - at);
      if (!line.starts_with(R"({"runId":"shared")")) taken += line;
      at = end;
    }
    return peer.send(answer_text(200, backend.take(taken)));
  };
  FaultBackend backend(without_shared, INT_MAX);
  Delivery delivery(trial, backend.url());
  delivery.record_all();
  trial.expect(!delivery.deliver(1s), "the failing run was delivered");
  trial.expect_equal(backend.stored()["other"].size(),
                     static_cast<std::size_t>(Delivery::events_per_thread),
                     "events of the other run meanwhile");
  backend.behave();
  trial.expect(delivery.deliver(), "not delivered afterwards");
  delivery.check_calm("");
  delivery.close();
  delivery.compare(backend.stored());
}

void proxy_400(Trial& trial) {
  passes(trial,
         answering(answer_text(400, "<html>Bad Request</html>", "Content-Type: text/html\r\n")), 2,
         "refused");
}
void proxy_404(Trial& trial) {
  passes(trial,
         answering(answer_text(404, "<html>Not Found</html>", "Content-Type: text/html\r\n")), 2,
         "refused");
}
template <int status>
void redirect(Trial& trial) {
  passes(trial, answering(answer_text(status, "", "Location: http://127.0.0.1:1/\r\n")), 2,
         "refused");
}

}  // namespace

std::vector<Fault> answer_faults() {
  return {{"500", status_passes<500>},
          {"502", status_passes<502>},
          {"503", status_passes<503>},
          {"504", status_passes<504>},
          {"408", status_passes<408>},
          {"429, Retry-After in seconds", retry_after_429_seconds},
          {"503, Retry-After in seconds", retry_after_503_seconds},
          {"429, Retry-After as a date", retry_after_429_date},
          {"503, Retry-After as a date", retry_after_503_date},
          {"503, Retry-After of 3,000 years", retry_after_absurd},
          {"413 above 256 KiB", too_large<256>},
          {"413 above 32 KiB", too_large<32>},
          {"413 above 4 KiB", too_large<4>},
          {"400, one poison event in 3,000", poison_refused<400>},
          {"422, one poison event in 3,000", poison_refused<422>},
          {"200, one poison event in 3,000 rejected", poison_rejected},
          {"401, the token rotates in its file", rotating_token},
          {"403", refusal_passes<403>},
          {"200 with an empty body", unreadable_answer<nothing>},
          {"200 with a truncated body", unreadable_answer<cut>},
          {"200 with foreign JSON", unreadable_answer<foreign>},
          {"200 with HTML", unreadable_answer<html>},
          {"200 that acknowledges nothing", unreadable_answer<no_runs>},
          {"200 that acknowledges one run of two", one_run_acknowledged},
          {"stored, but the response is lost", stored_but_not_said},
          {"one run always fails, others succeed", one_run_always_fails},
          {"HTML 400 of a proxy", proxy_400},
          {"HTML 404 of a proxy", proxy_404},
          {"redirect 301", redirect<301>},
          {"redirect 307", redirect<307>}};
}

}  // namespace trace::testing
