/**
 * The options of a rule, hosts_options(5): `severity`, `banners`, `allow` and `deny`. The others start programs, change
 * the process, or look up users; a rule that asks for one of them refuses, as libwrap refuses for an option that it
 * cannot carry out.
 */
import type { SyslogLevel } from '../../model/mod.ts';
import { type Objection, show } from './pattern.ts';
import type { RuleOptions } from './rule.ts';

export interface ParsedOptions {
  readonly options: RuleOptions;
  /** What makes the rule refuse. */
  readonly objections: readonly Objection[];
  /** What is passed over without harm. */
  readonly remarks: readonly Objection[];
}

export const noOptions: RuleOptions = { verdict: undefined, severity: undefined, banners: undefined };

/** syslog(3)'s levels, and the older words that libwrap takes for them. */
const levels: ReadonlyMap<string, SyslogLevel> = new Map([
  ['emerg', 'emerg'],
  ['alert', 'alert'],
  ['crit', 'crit'],
  ['err', 'err'],
  ['error', 'err'],
  ['warning', 'warning'],
  ['warn', 'warning'],
  ['notice', 'notice'],
  ['info', 'info'],
  ['debug', 'debug'],
]);

const unsupported: ReadonlySet<string> = new Set([
  'aclexec',
  'group',
  'keepalive',
  'linger',
  'nice',
  'rfc931',
  'setenv',
  'spawn',
  'twist',
  'umask',
  'user',
]);

/** @param text all that follows the client list, without the colon before it */
export function parseOptions(text: string): ParsedOptions {
  const objections: Objection[] = [];
  const remarks: Objection[] = [];
  let { verdict, severity, banners } = noOptions;
  for (const option of text.split(/(?<!\\):/).map((part) => part.replaceAll('\\:', ':').trim())) {
    const [, keyword = '', value = ''] = /^([^\s=]*)\s*=?\s*(.*)$/s.exec(option) ?? [];
    const word = keyword.toLowerCase();
    if (verdict !== undefined) {
      objections.push({ message: `${verdict} is not the last option`, help: 'nothing may follow allow or deny' });
      break;
    }
    if (word === 'allow' || word === 'deny') {
      verdict = word;
      if (value !== '') objections.push({ message: `${word} has no value`, help: undefined });
    } else if (word === 'banners') {
      banners = value;
      if (value === '') objections.push({ message: 'banners names no folder', help: 'write banners /etc/banners' });
    } else if (word === 'severity') {
      const [, facility, level = ''] = /^(?:(.*)\.)?([^.]*)$/s.exec(value.toLowerCase()) ?? [];
      severity = levels.get(level);
      if (severity === undefined)
        objections.push({ message: `${show(value)} is not a level of syslog`, help: undefined });
      if (facility !== undefined)
        remarks.push({
          message: `the facility of severity ${show(value)} is passed over`,
          help: 'the message goes where the daemon logs',
        });
    } else {
      objections.push(refusal(word, option));
    }
  }
  return { options: { verdict, severity, banners }, objections, remarks };
}

function refusal(word: string, option: string): Objection {
  const help = 'the rule refuses; severity, banners, allow and deny are supported';
  if (option === '') return { message: 'an option is empty', help: 'leave out the colon' };
  if (unsupported.has(word)) return { message: `the option ${word} is not supported`, help };
  return { message: `${show(option)} is not an option`, help };
}
