/**
 * What would happen to a client of a service: by what stands in files, rule by rule, and by what a running daemon has said
 * when it was asked.
 */
import { type Definition, locate, type TableEntry, visible } from '../config/mod.ts';
import type { ServiceReport } from '../control/mod.ts';
import { readHostsRules, type Step, systemHostsPaths, tryClient } from '../daemon/mod.ts';
import { loadAverage } from '../os/mod.ts';
import { runningText } from './control/status-text.ts';
import type { RunningFacts } from './running-daemon.ts';

/** Exit statuses. */
export const verdictStatus = { served: 0, refused: 1, undecided: 3 } as const;

export interface Verdict {
  readonly status: number;
  readonly verdict: 'allow' | 'deny' | 'ask' | 'queued' | 'paused' | 'not running';
  readonly reason?: string;
  readonly steps: readonly (Step | BanStep)[];
}

/** Asked of the running daemon. */
interface BanStep {
  readonly rule: 'bans';
  readonly answer: 'allow' | 'deny';
  readonly by: { readonly ban: string } | undefined;
}

export interface Client {
  readonly address: string;
  readonly time: number;
}

/** @param now it comes now, and not at a time that was named */
export function verdictOf(entry: TableEntry, client: Client, running: RunningFacts | undefined, now: boolean): Verdict {
  if (entry.state !== 'ready') return { status: verdictStatus.refused, verdict: 'not running', steps: [] };
  if (running?.ban !== undefined) {
    const step: BanStep = { rule: 'bans', answer: 'deny', by: { ban: running.ban.block } };
    return { status: verdictStatus.refused, verdict: 'deny', reason: 'banned', steps: [step] };
  }
  const byText = trialOf(entry, client);
  const steps = running === undefined ? byText.steps : [passesBans, ...byText.steps];
  if (byText.verdict !== 'allow' || running?.service === undefined) return { ...byText, steps };
  if (running.service.state === 'paused') return { status: verdictStatus.refused, verdict: 'paused', steps };
  if (!now || !isFull(running.service)) return { ...byText, steps };
  if (entry.service.limits.queue !== undefined) return { status: verdictStatus.served, verdict: 'queued', steps };
  return { status: verdictStatus.refused, verdict: 'deny', reason: 'service_limit', steps };
}

/** A `wait` server has all clients that come, as one. */
function isFull({ state, running, instances }: ServiceReport): boolean {
  return state !== 'busy' && instances !== null && running >= instances;
}

const passesBans: BanStep = { rule: 'bans', answer: 'allow', by: undefined };

/** By what stands in files alone. */
function trialOf(entry: TableEntry & { readonly state: 'ready' }, { address, time }: Client): Verdict {
  const { service } = entry;
  const [endpoint] = service.endpoints;
  const local =
    endpoint === undefined || endpoint.family === 'unix' || /^(0\.0\.0\.0|::)$/.test(endpoint.address)
      ? undefined
      : { address: endpoint.address, port: endpoint.port };
  const { steps, decision } = tryClient({
    service,
    peer: { address, port: 40_000 },
    local,
    time,
    load: loadAverage(),
    hosts: readHostsRules(systemHostsPaths),
  });
  if (decision.verdict === 'allow') return { status: verdictStatus.served, verdict: 'allow', steps };
  const status = decision.verdict === 'ask' ? verdictStatus.undecided : verdictStatus.refused;
  return { status, verdict: decision.verdict, reason: decision.reason, steps };
}

/** What a running daemon alone knows besides bans and pauses, by the attributes that make it matter. */
const counted = [
  'instances',
  'per_source',
  'cps',
  'rate_limit',
  'rate_limit_source',
  'rate_limit_network',
  'starts_per_minute',
] as const;

export function trialText(
  definition: Definition,
  { verdict, reason, steps }: Verdict,
  { address, time }: Client,
  running: RunningFacts | undefined,
): string {
  const lines = [`client ${address} at ${new Date(time).toString()}:`];
  for (const step of steps) lines.push(`  ${step.rule}: ${stepText(step, definition)}`);
  const open = counted.filter((name) => definition.settings[name] !== undefined);
  if (verdict === 'allow') {
    const unknown = [...(running === undefined ? ['bans', 'pauses'] : []), ...open].join(', ');
    const taken = [...(running === undefined ? ['none'] : []), ...(open.length > 0 ? ['having room'] : [])];
    if (unknown !== '')
      lines.push(`  ${unknown}: known to the running daemon alone; taken as ${taken.join(', and as ')}`);
  }
  if (running?.service !== undefined) lines.push(`  servers now: ${runningText(running.service)}`);
  const endings = {
    allow: 'would be served',
    deny: `would be refused (FAIL ${reason ?? ''})`,
    ask: 'depends on the name of the client in the DNS, which is not looked up here',
    queued: 'would wait in the queue: all instances run',
    paused: 'would wait, for the service is paused (kinetd resume)',
    'not running': 'would find nobody: the service does not run',
  } as const;
  return `${[...lines, `  => ${endings[verdict]}`].map(visible).join('\n')}\n`;
}

function stepText({ answer, by }: Step | BanStep, { spans, listSpans }: Definition): string {
  const word = { allow: 'passes', deny: 'refuses', ask: 'asks for the name of the client' }[answer];
  if (by === undefined) return word;
  if ('ban' in by) return `${word} by the ban of ${by.ban}`;
  if ('file' in by) return `${word} by line ${by.line} of ${systemHostsPaths[by.file]}`;
  // Of several lines the one that the word stands in.
  const line = listSpans
    ?.get(by.attribute)
    ?.findLast(({ file, start, end }) => file.text.slice(start, end).includes(by.text));
  const span = line ?? spans.get(by.attribute);
  const place = span === undefined ? '' : ` (${span.file.path}:${locate(span.file, span.start).line})`;
  return `${word} by ${by.attribute} ${by.text}${place}`;
}
