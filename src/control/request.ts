/**
 * Reads what is asked of a daemon over its control socket, one JSON object in a line:
 * `{"version":1,"command":"kill","pid":4711,"signal":"SIGTERM"}`.
 *
 * The version changes when an old client or daemon would misunderstand the other. Unknown members are ignored, unknown
 * commands are refused. This file loads valibot, so the daemon loads it with the first request, not when it starts.
 */
import * as v from 'valibot';

import { type ControlRequest, eventNames, killSignals, logLevels, protocolVersion } from './words.ts';

const word = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
/** Ten years. */
const seconds = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(315_576_000));

const request: v.GenericSchema<unknown, ControlRequest> = v.variant('command', [
  v.object({ command: v.picklist(['status', 'servers', 'reload', 'stop', 'bans']) }),
  v.object({
    command: v.literal('kill'),
    pid: v.pipe(v.number(), v.integer(), v.minValue(2)),
    signal: v.picklist(killSignals),
  }),
  v.object({ command: v.picklist(['pause', 'resume']), service: word }),
  v.object({ command: v.literal('ban'), block: word, seconds: v.optional(seconds) }),
  v.object({ command: v.literal('unban'), block: word }),
  v.object({ command: v.literal('loglevel'), level: v.optional(v.picklist(logLevels)) }),
  v.object({
    command: v.literal('tail'),
    service: v.optional(word),
    address: v.optional(word),
    events: v.optional(v.pipe(v.array(v.picklist(eventNames)), v.maxLength(eventNames.length))),
    messages: v.optional(v.picklist(logLevels)),
  }),
]);

const envelope = v.object({ version: v.literal(protocolVersion) });

/** @returns the request, or in words why it is none */
export function parseRequest(line: string): ControlRequest | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'a request is a JSON object in one line';
  }
  if (!v.is(envelope, value)) return `this daemon speaks version ${protocolVersion} of the protocol`;
  const parsed = v.safeParse(request, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  return `not a request: ${v.getDotPath(issue) ?? 'request'}: ${issue.message}`;
}
