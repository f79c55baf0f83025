/**
 * hosts.allow and hosts.deny, ready to be asked: the first rule of hosts.allow that matches lets the client in, then the
 * first of hosts.deny that matches refuses it, and whom neither mentions is let in (hosts_access(5)).
 *
 * For each daemon name the rules that are about it are picked once, and rules that follow each other and say the same
 * are one with a set of networks: files that some program appends addresses to have a hundred thousand lines.
 */
import { type Block, type IpAddress, PrefixSet } from '../../address/mod.ts';
import type { HostName, SyslogLevel } from '../../model/mod.ts';
import { type Answer, any, both, not } from './answer.ts';
import { End, matchesHost, matchesText } from './match.ts';
import type { DaemonPattern, HostPattern, HostsRule, PatternList, RuleOptions } from './rule.ts';

/** A client of a service, as far as it is known. */
export interface HostsRequest {
  /** The name that the service has in the files, in lower case. */
  readonly daemon: string;
  readonly client: string | undefined;
  /** The address of the machine that it came to. */
  readonly local: string | undefined;
  /** undefined: not known yet. */
  readonly nameOf: (address: string) => HostName | undefined;
}

export type HostsVerdict =
  | {
      readonly verdict: 'allow' | 'deny';
      /** Of the message about a refusal, when the rule says so. */
      readonly severity: SyslogLevel | undefined;
      /** The folder with the file that the client is sent. */
      readonly banners: string | undefined;
    }
  /** The name of this address has to be known first. */
  | { readonly verdict: 'ask'; readonly address: string };

const granted: HostsVerdict = { verdict: 'allow', severity: undefined, banners: undefined };
const refused: HostsVerdict = { verdict: 'deny', severity: undefined, banners: undefined };

export class HostsTable {
  readonly #allow: readonly HostsRule[];
  readonly #deny: readonly HostsRule[];
  /** By daemon name; as many as services have names. */
  readonly #steps = new Map<string, readonly Step[]>();

  constructor(allow: readonly HostsRule[], deny: readonly HostsRule[]) {
    this.#allow = allow;
    this.#deny = deny;
  }

  decide(request: HostsRequest): HostsVerdict {
    const steps = this.#stepsOf(request.daemon);
    if (steps.length === 0) return granted;
    const client = new End(request.client, request.nameOf);
    const server = new End(request.local, request.nameOf);
    for (const step of steps) {
      const answer = both(step.daemon(server), () => step.clients(client));
      if (answer === 'no') continue;
      if (answer === 'yes') return step.verdict;
      return answer === 'blind' ? refused : { verdict: 'ask', address: answer.ask };
    }
    return granted;
  }

  #stepsOf(daemon: string): readonly Step[] {
    let steps = this.#steps.get(daemon);
    if (steps === undefined) {
      steps = [...compile(this.#allow, 'allow', daemon), ...compile(this.#deny, 'deny', daemon)];
      this.#steps.set(daemon, steps);
    }
    return steps;
  }
}

/** Rules in a row that are about one daemon and come to the same. */
interface Step {
  /** Whether the address that the client came to is meant. */
  readonly daemon: (server: End) => Answer;
  readonly clients: (client: End) => Answer;
  readonly verdict: HostsVerdict;
}

function* compile(rules: readonly HostsRule[], fallback: 'allow' | 'deny', daemon: string): Generator<Step> {
  let row: HostPattern[] = [];
  let verdict = granted;
  for (const { daemons, clients, options } of rules) {
    const meant = meansDaemon(daemons, daemon);
    if (meant === 'no') continue;
    const own = verdictOf(options, fallback);
    const simple = meant === 'yes' && clients.except === undefined;
    if (row.length > 0 && !(simple && sameVerdict(own, verdict))) {
      yield { daemon: always, clients: hostTest(row), verdict };
      row = [];
    }
    verdict = own;
    if (simple) for (const pattern of clients.items) row.push(pattern);
    else yield { daemon: meant === 'yes' ? always : meant, clients: listTest(clients), verdict };
  }
  if (row.length > 0) yield { daemon: always, clients: hostTest(row), verdict };
}

const always = (): Answer => 'yes';

function verdictOf({ verdict, severity, banners }: RuleOptions, fallback: 'allow' | 'deny'): HostsVerdict {
  return { verdict: verdict ?? fallback, severity, banners };
}

function sameVerdict(a: HostsVerdict, b: HostsVerdict): boolean {
  if (a.verdict === 'ask' || b.verdict === 'ask') return false;
  return a.verdict === b.verdict && a.severity === b.severity && a.banners === b.banners;
}

/** Whether a daemon list means this daemon; a test when that depends on the address that the client came to. */
function meansDaemon(list: PatternList<DaemonPattern>, daemon: string): 'yes' | 'no' | ((server: End) => Answer) {
  const named = list.items.filter(({ name }) => name === undefined || matchesText(name, daemon));
  if (named.length === 0) return 'no';
  const except = list.except === undefined ? 'no' : meansDaemon(list.except, daemon);
  if (except === 'yes') return 'no';
  const places = named.flatMap(({ at }) => at ?? []);
  const anywhere = places.length < named.length;
  if (anywhere && except === 'no') return 'yes';
  const included = anywhere ? always : hostTest(places);
  return except === 'no' ? included : (server) => both(included(server), () => not(except(server)));
}

function listTest({ items, except }: PatternList<HostPattern>): (end: End) => Answer {
  const included = hostTest(items);
  if (except === undefined) return included;
  const excluded = listTest(except);
  return (end) => both(included(end), () => not(excluded(end)));
}

/** Patterns as one test: the networks among them are one set. */
function hostTest(patterns: readonly HostPattern[]): (end: End) => Answer {
  const blocks: Block[] = [];
  const others: Exclude<HostPattern, { kind: 'network' }>[] = [];
  for (const pattern of patterns) {
    if (pattern.kind === 'network') blocks.push(pattern.network);
    else others.push(pattern);
  }
  const networks = new PrefixSet(blocks);
  const inNetworks = (ip: IpAddress | undefined): Answer =>
    ip === undefined ? 'blind' : networks.longestMatch(ip) === undefined ? 'no' : 'yes';
  return (end) => {
    const among = networks.size === 0 ? 'no' : inNetworks(end.ip);
    if (among === 'yes' || others.length === 0) return among;
    const rest = any(others, (pattern) => matchesHost(pattern, end));
    return rest === 'no' ? among : rest;
  };
}
