/**
 * The flags of the internal service `auth` (RFC 1413), which are those of FreeBSD's inetd(8). They are its arguments:
 * `internal auth -r -o UNIX -t 30` on a line of an inetd.conf, `server_args = -r` in xinetd.conf.
 */
import type { AuthAnswers } from '../../model/mod.ts';
import type { Definition } from '../definition.ts';
import { quote } from '../diagnostic/mod.ts';
import type { Findings } from './findings.ts';

const flags = '-d NAME, -F, -f, -g, -i, -n, -o SYSTEM, -r and -t SECONDS[.MICROSECONDS]';

/** As FreeBSD's. */
const usualSeconds = 10;
const mostSeconds = 3600;

/** @returns undefined when a flag is wrong, which is told */
export function resolveAuth({ settings }: Definition, findings: Findings): AuthAnswers | undefined {
  const { server_args: args = [] } = settings;
  // An inetd's line has argv[0] in front.
  const words = settings.flags?.has('NAMEINARGS') === true ? args.slice(1) : [...args];
  const found = new Map<string, string>();
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!/^-[dFfginort]/.test(word)) return wrong(findings, `${quote(word)} is no flag of auth`);
    for (let letters = word.slice(1); letters !== ''; letters = letters.slice(1)) {
      const letter = letters.charAt(0);
      if (!'dFfginort'.includes(letter)) return wrong(findings, `auth has no flag -${letter}`);
      if (!'dot'.includes(letter)) {
        found.set(letter, '');
        continue;
      }
      const value = letters.length > 1 ? letters.slice(1) : words.shift();
      if (value === undefined) return wrong(findings, `-${letter} of auth needs a value`);
      if (letter !== 't' && !/^[!-9;-~]{1,64}$/.test(value)) {
        return wrong(findings, `${quote(value)} cannot stand in an answer of auth`);
      }
      found.set(letter, value);
      break;
    }
  }
  const seconds = Number(found.get('t') ?? usualSeconds);
  if (!/^\d+(\.\d{1,6})?$/.test(found.get('t') ?? '1') || seconds <= 0 || seconds > mostSeconds) {
    return wrong(findings, `${quote(found.get('t') ?? '')} is no time for auth`);
  }
  return {
    real: found.has('r'),
    fallback: found.get('d'),
    garble: found.has('g'),
    numeric: found.has('i'),
    fake: found.has('F') ? 'any' : found.has('f') ? 'nobody' : 'none',
    hide: found.has('n'),
    system: found.get('o') ?? 'UNIX',
    milliseconds: Math.max(1, Math.round(seconds * 1000)),
  };
}

function wrong(findings: Findings, message: string): undefined {
  return findings.add('bad-auth-flag', 'server_args', message, `the flags are ${flags}`);
}
