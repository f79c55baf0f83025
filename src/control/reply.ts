/**
 * What comes back over a control socket, read: each line is `{"version":1,"result":…}`, `{"version":1,"error":"…"}` or,
 * behind the result of `tail`, `{"version":1,"event":{…}}`. Loads valibot; of use to clients alone.
 */
import * as v from 'valibot';
import type { BanReport, EventReport, ReloadReport, ServerReport, StatusReport } from './report.ts';
import { serviceStates } from './report.ts';
import { protocolVersion } from './words.ts';

export type Reply = { readonly result: unknown } | { readonly error: string } | { readonly event: EventReport };

const event = v.object({
  time: v.number(),
  service: v.exactOptional(v.string()),
  event: v.string(),
  line: v.string(),
  object: v.looseObject({}),
});

const reply = v.intersect([
  v.object({ version: v.literal(protocolVersion) }),
  v.union([v.object({ event }), v.object({ error: v.string() }), v.object({ result: v.unknown() })]),
]);

const failure = v.nullable(v.object({ time: v.number(), message: v.string() }));

export const statusReport: v.GenericSchema<unknown, StatusReport> = v.object({
  title: v.string(),
  pid: v.number(),
  startedAt: v.number(),
  now: v.number(),
  services: v.array(
    v.object({
      id: v.string(),
      state: v.picklist(serviceStates),
      sockets: v.array(v.string()),
      running: v.number(),
      queued: v.number(),
      instances: v.nullable(v.number()),
      accepted: v.number(),
      started: v.number(),
      ended: v.object({ zero: v.number(), status: v.number(), signal: v.number() }),
      timedOut: v.number(),
      refused: v.record(v.string(), v.number()),
      forkserver: v.nullable(
        v.object({
          state: v.string(),
          pid: v.nullable(v.number()),
          readyAt: v.nullable(v.number()),
          served: v.number(),
          trouble: v.nullable(v.string()),
        }),
      ),
      lastError: failure,
    }),
  ),
});

export const serverReports: v.GenericSchema<unknown, ServerReport[]> = v.array(
  v.object({
    pid: v.number(),
    service: v.string(),
    peer: v.nullable(v.string()),
    startedAt: v.number(),
    kind: v.picklist(['server', 'worker', 'forkserver']),
  }),
);

const names = v.array(v.string());

export const reloadReport: v.GenericSchema<unknown, ReloadReport> = v.object({
  usable: v.boolean(),
  started: names,
  kept: names,
  retained: names,
  dropped: names,
  diagnostics: v.array(v.object({ severity: v.picklist(['error', 'warning', 'note']), text: v.string() })),
});

export const banReports: v.GenericSchema<unknown, BanReport[]> = v.array(
  v.object({ block: v.string(), until: v.nullable(v.number()) }),
);

/** For commands that have nothing to say but a sentence, or nothing at all. */
export const sentence: v.GenericSchema<unknown, string> = v.string();

/** @throws Error when the daemon speaks another version, or what is there is none */
export function parseReply(line: string): Reply {
  const parsed = v.safeParse(reply, JSON.parse(line));
  if (!parsed.success) throw new Error('it does not speak the protocol of this kinetd');
  return parsed.output;
}

/** @throws Error when the daemon has answered something else */
export function checked<Result>(schema: v.GenericSchema<unknown, Result>, value: unknown): Result {
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) throw new Error('its answer is not that of this version of kinetd');
  return parsed.output;
}
