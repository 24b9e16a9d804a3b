// SPDX-License-Identifier: Apache-2.0
// What readers of the contract accept, as zod schemas: unknown members are stripped, a null is no
// missing member, and one refused event refuses its whole envelope. Where the store behind a reader
// loses what its schema accepts, the schema here refuses it.
import { z } from 'zod';

// Stores lose a text with U+0000, or with half of a surrogate pair.
const isStorable = (text) => !text.includes('\u0000') && !/\p{Surrogate}/u.test(text);
const text = z.string().refine(isStorable, 'U+0000 or a lone surrogate');

const timestamp = z.iso
  .datetime()
  .refine((value) => !/\.\d{14,}Z$/.test(value), 'more than 13 digits of a second')
  .refine((value) => !value.startsWith('0000'), 'the year 0000');

// Every text of a JSON value. A number that no double holds is null for a reader, and refuses nothing.
function isStorableValue(value) {
  if (typeof value === 'string') return isStorable(value);
  if (value === null || typeof value !== 'object') return true;
  return Object.entries(value).every(([key, member]) => isStorable(key) && isStorableValue(member));
}
const object = z
  .record(z.string(), z.unknown())
  .refine(isStorableValue, 'a text that stores lose');

// _payload and _metadata replace the other members of data, which must therefore be in _payload.
function hidesNothing(data) {
  if (!('_payload' in data) && !('_metadata' in data)) return true;
  return Object.entries(data).every(
    ([key, value]) =>
      key === '_payload' ||
      key === '_metadata' ||
      JSON.stringify(data._payload?.[key]) === JSON.stringify(value),
  );
}
const data = z
  .looseObject({
    title: text.optional(),
    description: text.optional(),
    requestId: text.optional(),
    inputType: text.optional(),
    timeoutAt: text.optional(),
    approved: z.boolean().optional(),
    activatedPorts: z.array(text).optional(),
    _metadata: z.looseObject({ attempt: z.int().min(0).optional() }).optional(),
  })
  .refine(isStorableValue, 'a text that stores lose')
  .refine((value) => !Object.hasOwn(value, '__proto__'), 'a member __proto__')
  .refine(hidesNothing, '_payload or _metadata hides another member');

export const event = z.object({
  id: text.min(1),
  runId: text.min(1),
  nodeId: text.min(1),
  type: z.enum(['STARTED', 'PROGRESS', 'COMPLETED', 'FAILED']),
  level: z.enum(['info', 'warn', 'error', 'debug']),
  timestamp,
  message: text.optional(),
  error: z.object({ message: text, stack: text.optional(), code: text.optional() }).optional(),
  outputSummary: object.optional(),
  data: data.optional(),
});

export const envelope = z
  .object({ runId: text.min(1), events: z.array(event), cursor: text.optional() })
  .refine((value) => value.events.every((each) => each.runId === value.runId), 'events of another run');

// The studio's store drops the code, so that it is sent as the type as well.
const sentEvent = z.object({
  error: z
    .object({ code: text.optional(), type: text.optional() })
    .refine((error) => error.code === undefined || error.code === error.type, 'a code without type')
    .optional(),
});

export const sentEnvelope = envelope.and(
  z.object({
    events: z.array(sentEvent),
    workflowId: text.optional(),
    organizationId: text
      .refine((id) => Buffer.byteLength(id) <= 191, 'an organization of more than 191 bytes')
      .optional(),
    totalActions: z.int().positive().optional(),
    finishedAt: timestamp.optional(),
    session: z
      .string()
      .regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
      .optional(),
  }),
);

const terminal = ['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT'];
const failed = ['FAILED', 'TERMINATED', 'TIMED_OUT'];
const runStatus = z.enum(['QUEUED', 'RUNNING', ...terminal]);

export const status = z
  .object({
    runId: text.min(1),
    workflowId: text,
    status: runStatus,
    startedAt: timestamp,
    updatedAt: timestamp,
    completedAt: timestamp.optional(),
    taskQueue: text,
    historyLength: z.number(),
    progress: z.object({ completedActions: z.int().min(0), totalActions: z.int().positive() }).optional(),
    failure: z.object({ reason: text, temporalCode: text.optional(), details: object.optional() }).optional(),
  })
  .refine((run) => run.failure === undefined || failed.includes(run.status), 'a failure without one')
  .refine((run) => (run.completedAt !== undefined) === terminal.includes(run.status), 'completedAt and status differ')
  .refine((run) => !run.completedAt || Date.parse(run.completedAt) >= Date.parse(run.startedAt), 'ended before it started')
  .refine((run) => !run.progress || run.progress.completedActions <= run.progress.totalActions, 'more actions than all');

export const streamEvents = {
  ready: z.object({ runId: text, mode: z.enum(['realtime', 'polling']) }),
  trace: envelope,
  status,
  complete: z.object({ runId: text, status: z.enum(terminal) }),
  error: z.object({ message: text }),
};
