/**
 * Whether a client matches the patterns of a rule. Names are those of {@link HostName}: asked for only when a pattern
 * goes by them, and what is not known never counts as "does not match" (under libwrap a name server that is down makes
 * every rule with a name miss).
 */
import { type IpAddress, parseIp } from '../../address/mod.ts';
import type { HostName } from '../../model/mod.ts';
import type { Answer } from './answer.ts';
import type { HostPattern, TextPattern } from './rule.ts';

/** One end of a connection. */
export class End {
  /** As it is written, without a scope; undefined when it cannot be known. */
  readonly address: string | undefined;
  readonly #nameOf: (address: string) => HostName | undefined;
  #ip: IpAddress | undefined;

  /** @param nameOf undefined: not known yet */
  constructor(address: string | undefined, nameOf: (address: string) => HostName | undefined) {
    const scope = address?.indexOf('%') ?? -1;
    this.address = scope === -1 ? address : address?.slice(0, scope);
    this.#nameOf = nameOf;
  }

  get ip(): IpAddress | undefined {
    if (this.#ip === undefined && this.address !== undefined) this.#ip = parseIp(this.address);
    return this.#ip;
  }

  /** What a test of its name comes to. */
  named(test: (name: HostName) => boolean): Answer {
    if (this.address === undefined) return 'blind';
    const name = this.#nameOf(this.address);
    if (name === undefined) return { ask: this.address };
    if (name.kind === 'failed') return 'blind';
    return test(name) ? 'yes' : 'no';
  }
}

/** All patterns but networks, which are kept as a set. */
export function matchesHost(pattern: Exclude<HostPattern, { kind: 'network' }>, end: End): Answer {
  switch (pattern.kind) {
    case 'ALL':
      return 'yes';
    case 'KNOWN':
      return end.address === undefined ? 'no' : end.named(({ kind }) => kind === 'known');
    case 'UNKNOWN':
      return end.address === undefined ? 'yes' : end.named(({ kind }) => kind === 'none');
    case 'PARANOID':
      return end.named(({ kind }) => kind === 'mismatch');
    case 'LOCAL':
      return end.named((name) => name.kind === 'known' && !name.name.includes('.'));
    case 'address':
      return end.address === undefined ? 'blind' : matchesText(pattern.text, end.address) ? 'yes' : 'no';
    case 'name': {
      const { text } = pattern;
      if (text.kind === 'wildcards' && end.address !== undefined && matchesText(text, end.address)) return 'yes';
      return end.named((name) => name.kind === 'known' && matchesText(text, name.name));
    }
  }
}

/** @param text in lower case */
export function matchesText(pattern: TextPattern, text: string): boolean {
  switch (pattern.kind) {
    case 'exact':
      return text === pattern.text;
    case 'suffix':
      return text.length > pattern.text.length && text.endsWith(pattern.text);
    case 'prefix':
      return text.startsWith(pattern.text);
    case 'wildcards':
      return matchesWildcards(pattern.text, text);
  }
}

/** `*` is any text, `?` one character. Goes back to the last `*` alone, so the time is bounded by the product of the lengths. */
function matchesWildcards(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let tried = 0;
  for (let index = 0; index < text.length; ) {
    if (pattern[at] === '*') {
      star = at++;
      tried = index;
    } else if (pattern[at] === '?' || (at < pattern.length && pattern[at] === text[index])) {
      at++;
      index++;
    } else if (star !== -1) {
      at = star + 1;
      index = ++tried;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
