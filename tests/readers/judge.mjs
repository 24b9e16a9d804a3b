// SPDX-License-Identifier: Apache-2.0
// Judges recorded connections by the readers' schemas: what emitters sent, and what the backend
// answered and streamed.
//   node judge.mjs DIRECTORY
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decoded, messagesOf } from './http.mjs';
import * as schemas from './schemas.mjs';

const directory = process.argv[2];
const judged = { 'sent envelopes': 0, 'sent events': 0, pages: 0, 'returned events': 0, statuses: 0, 'stream events': 0 };
const refused = [];

function check(schema, json, what) {
  let value;
  try {
    value = JSON.parse(json);
  } catch (error) {
    refused.push(`${what}: ${error.message}: ${json.slice(0, 300)}`);
    return undefined;
  }
  const result = schema.safeParse(value);
  if (result.success) return value;
  const issues = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  refused.push(`${what}: ${issues.slice(0, 3).join('; ')}: ${json.slice(0, 300)}`);
  return undefined;
}

const textOf = (message) => new TextDecoder('utf-8', { fatal: true }).decode(decoded(message));

function judgeRequest(request) {
  for (const line of textOf(request).split('\n')) {
    if (line.trim() === '') continue;
    judged['sent envelopes'] += 1;
    const envelope = check(schemas.sentEnvelope, line, 'sent');
    judged['sent events'] += envelope?.events.length ?? 0;
  }
}

function judgeStream(text) {
  for (const block of text.split('\n\n').slice(0, -1)) {
    if (block.startsWith(':')) continue;
    const fields = block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
    const name = fields.find(([field]) => field === 'event')?.[1];
    const schema = schemas.streamEvents[name];
    if (schema === undefined) continue;  // for other readers
    judged['stream events'] += 1;
    if (fields[0][0] !== 'data') refused.push(`stream: ${name} does not begin with its data`);
    if (block.includes('\r')) refused.push(`stream: ${name} has a carriage return`);
    check(schema, fields.filter(([field]) => field === 'data').map(([, value]) => value).join('\n'), `stream, ${name}`);
  }
}

function judgeResponse(path, response) {
  if (!/^HTTP\/1\.\d 200/.test(response.first)) return;
  const route = /^(?:\/api\/v1)?\/workflows\/runs\/[^/?]+\/(trace|events|status|stream)(?:\?|$)/.exec(path)?.[1];
  if (route === 'status') {
    judged.statuses += 1;
    check(schemas.status, textOf(response), 'status');
  } else if (route === 'stream') {
    judgeStream(textOf(response));
  } else if (route !== undefined) {
    judged.pages += 1;
    const page = check(schemas.envelope, textOf(response), 'page');
    judged['returned events'] += page?.events.length ?? 0;
  }
}

for (const name of readdirSync(directory).filter((file) => file.endsWith('.in'))) {
  const requests = messagesOf(readFileSync(join(directory, name)), false);
  let responses = [];
  try {
    responses = messagesOf(readFileSync(join(directory, name.replace(/in$/, 'out'))), true);
  } catch {
    // The connection got no response.
  }
  requests.forEach((request, i) => {
    const [method, path] = request.first.split(' ');
    const isOurs = /^shiptrace\//.test(request.headers.get('user-agent') ?? '');
    try {
      if (isOurs && method === 'POST' && /\/trace\/events$/.test(path)) judgeRequest(request);
      if (method === 'GET' && responses[i] !== undefined) judgeResponse(path, responses[i]);
    } catch (error) {
      refused.push(`${request.first}: ${error.message}`);
    }
  });
}

const counts = Object.entries(judged).map(([name, count]) => `${count} ${name}`);
console.log(`FIGURES: readers: ${counts.join(', ')} judged; ${refused.length} refused`);
for (const line of [...new Set(refused)].slice(0, 20)) console.log(`FAILED: ${line}`);
const empty = Object.entries(judged).filter(([, count]) => count === 0);
for (const [name] of empty) console.log(`FAILED: no ${name} were recorded`);
process.exitCode = refused.length + empty.length > 0 ? 1 : 0;
