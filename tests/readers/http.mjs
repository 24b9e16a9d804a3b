// SPDX-License-Identifier: Apache-2.0
// Recorded bytes of a connection to its requests and responses. A message of known length that was
// cut is left out.
import { spawnSync } from 'node:child_process';
import { gunzipSync, inflateSync } from 'node:zlib';

const blankLine = Buffer.from('\r\n\r\n');

// The messages in the order of the connection: {first, headers, body}.
export function messagesOf(bytes, endsWithConnection) {
  const messages = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(blankLine, at);
    if (end < 0) break;
    const [first, ...lines] = bytes.toString('latin1', at, end).split('\r\n');
    const headers = new Map(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    at = end + blankLine.length;
    if (/^HTTP\/1\.\d 1\d\d/.test(first)) continue;  // 100 Continue
    const body = bodyFrom(bytes, at, headers, endsWithConnection);
    if (body === undefined) break;
    messages.push({ first, headers, body: body.bytes });
    at = body.end;
  }
  return messages;
}

function bodyFrom(bytes, at, headers, endsWithConnection) {
  if (headers.get('transfer-encoding') === 'chunked') return chunks(bytes, at);
  const length = headers.get('content-length');
  if (length === undefined && !endsWithConnection) return { bytes: Buffer.alloc(0), end: at };
  const end = length === undefined ? bytes.length : at + Number(length);
  return end <= bytes.length ? { bytes: bytes.subarray(at, end), end } : undefined;
}

// Of a live stream, whose end nobody waits for, what there is.
function chunks(bytes, at) {
  const parts = [];
  for (;;) {
    const line = bytes.indexOf('\r\n', at);
    const size = parseInt(bytes.toString('latin1', at, line), 16);
    at = line + 2;
    if (line < 0 || !(size >= 0) || at + size + 2 > bytes.length) {
      return { bytes: Buffer.concat(parts), end: bytes.length };
    }
    parts.push(bytes.subarray(at, at + size));
    at += size + 2;
    if (size === 0) return { bytes: Buffer.concat(parts), end: at };
  }
}

// Throws when the bytes are not what the header says.
export function decoded({ headers, body }) {
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding === 'identity') return body;
  if (encoding === 'gzip') return gunzipSync(body);
  if (encoding === 'deflate') return inflateSync(body);
  if (encoding !== 'zstd') throw new Error(`content-encoding ${encoding}`);
  const zstd = spawnSync('zstd', ['-dcq'], { input: body, maxBuffer: 1 << 28 });
  if (zstd.status !== 0) throw new Error(`zstd: ${zstd.error ?? zstd.stderr}`);
  return zstd.stdout;
}
