/**
 * What admission would say about a client, asked without a daemon and without a connection: the rules in the order in
 * which admission asks them, each with its own answer, and the verdict of {@link Admission} itself. What only a running
 * daemon knows (who is connected, how often who came, who has touched a sensor) is taken as "nobody, never".
 */
import { AccessList, Bans, type HostsRule, HostsTable, withinTimes } from '../access/mod.ts';
import { Sources } from '../limit/mod.ts';
import type { Decision, Local, Network, Peer, Service } from '../model/mod.ts';
import type { Guard } from './access-control.ts';
import { Admission } from './admission.ts';

export interface TrialRules {
  readonly allow: readonly HostsRule[];
  readonly deny: readonly HostsRule[];
}

export interface Trial {
  readonly service: Service;
  readonly peer: Peer;
  /** Where the client comes to, as far as that is known. */
  readonly local: Local | undefined;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly load: number;
  /** hosts.allow and hosts.deny; undefined: they cannot be read. */
  readonly hosts: TrialRules | undefined;
}

/** One rule; `ask`: the name of the client decides. */
export interface Step {
  readonly rule: 'sensor' | 'only_from and no_access' | 'hosts.allow and hosts.deny' | 'access_times' | 'max_load';
  readonly answer: 'allow' | 'deny' | 'ask';
  /** The entry that decided, where one did. */
  readonly by:
    | { readonly attribute: 'only_from' | 'no_access'; readonly text: string }
    | { readonly file: 'allow' | 'deny'; readonly line: number }
    | undefined;
}

export interface TrialResult {
  /** Up to the one that says no. */
  readonly steps: readonly Step[];
  readonly decision: Decision;
}

/** Whether a ban of this block, as the daemon tells it, is one of the client. */
export function banHolds(block: string, address: string): boolean {
  const bans = new Bans();
  bans.add(block, Number.POSITIVE_INFINITY);
  return bans.has(address, 0);
}

export function tryClient(trial: Trial): TrialResult {
  const { service, peer, local, time, load, hosts } = trial;
  const guard: Guard = {
    bannerFor: () => undefined,
    isDenied: () => false,
    isBanned: () => false,
    nameOf: () => undefined,
    hosts: () => (hosts === undefined ? undefined : new HostsTable(hosts.allow, hosts.deny)),
  };
  const admission = new Admission(service, new Sources((words) => words.fill(1), time), guard);
  const moment = { time, load: () => load, full: () => false, collectExits: () => {} };
  // A wait service over a stream has clients whom its server alone will see.
  const known = service.wait && service.socketType === 'stream' ? undefined : peer;
  const steps: Step[] = [];
  for (const step of stepsOf(trial, known)) {
    steps.push(step);
    if (step.answer !== 'allow') break;
  }
  return { steps, decision: admission.decide(known, local, moment) };
}

function* stepsOf({ service, local, time, load, hosts }: Trial, peer: Peer | undefined): Generator<Step> {
  const { access, limits, server } = service;
  if (server.kind === 'sensor') {
    yield { rule: 'sensor', answer: 'deny', by: undefined };
    return;
  }
  if (peer !== undefined) yield listStep(service, peer.address);
  if (access.hostsName !== undefined) {
    yield hostsStep(hosts, access.hostsName.toLowerCase(), peer?.address, local?.address);
  }
  if (access.times !== undefined) {
    const date = new Date(time);
    const within = withinTimes(access.times, date.getHours() * 60 + date.getMinutes());
    yield { rule: 'access_times', answer: within ? 'allow' : 'deny', by: undefined };
  }
  if (limits.maxLoad !== undefined) {
    yield { rule: 'max_load', answer: load >= limits.maxLoad ? 'deny' : 'allow', by: undefined };
  }
}

function listStep({ access, endpoints }: Service, address: string): Step {
  const dualStack = endpoints.length === 0 || endpoints.some(({ stack }) => stack !== 'only');
  const unnamed = () => undefined;
  const answer = new AccessList(access, dualStack).judge(address, unnamed);
  const holds = (network: Network): boolean =>
    new AccessList({ onlyFrom: [network], noAccess: [], names: undefined }, dualStack).judge(address, unnamed) ===
    'allow';
  const narrowest = (networks: readonly Network[]): Network | undefined =>
    networks.filter(holds).toSorted((a, b) => b.prefix - a.prefix)[0];
  const denied = narrowest(access.noAccess);
  const allowed = narrowest(access.onlyFrom ?? []);
  const decisive = answer === 'allow' ? allowed : denied;
  const by =
    decisive === undefined || answer === 'ask'
      ? undefined
      : ({ attribute: answer === 'allow' ? 'only_from' : 'no_access', text: decisive.text } as const);
  return { rule: 'only_from and no_access', answer, by };
}

function hostsStep(
  hosts: TrialRules | undefined,
  daemon: string,
  client: string | undefined,
  local: string | undefined,
): Step {
  const rule = 'hosts.allow and hosts.deny';
  if (hosts === undefined) return { rule, answer: 'deny', by: undefined };
  const request = { daemon, client, local, nameOf: () => undefined };
  const { verdict } = new HostsTable(hosts.allow, hosts.deny).decide(request);
  const holds = ({ options, ...match }: HostsRule): boolean =>
    new HostsTable([], [{ ...match, options: { ...options, verdict: 'deny' } }]).decide(request).verdict === 'deny';
  for (const file of ['allow', 'deny'] as const) {
    const line = hosts[file].find(holds)?.line;
    if (line !== undefined && verdict !== 'ask') return { rule, answer: verdict, by: { file, line } };
  }
  return { rule, answer: verdict, by: undefined };
}
