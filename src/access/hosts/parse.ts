/**
 * The text of hosts.allow or hosts.deny to rules. Nothing in a file stops the reading, and nothing is left out: a line
 * that libwrap would pass over with a warning is a rule here that refuses every client whom it might be about, and no
 * line above it has let in. Which clients these are:
 *
 * | what cannot be understood   | refused                                     |
 * |-----------------------------|---------------------------------------------|
 * | the daemon list, the colon  | every client of every daemon                |
 * | the client list             | every client of the rule's daemons          |
 * | the options                 | the rule's clients                          |
 */
import { fields, logicalLines } from './lines.ts';
import { noOptions, parseOptions } from './options.ts';
import { type Objection, type Parsed, parseClient, parseDaemon } from './pattern.ts';
import type { DaemonPattern, HostPattern, HostsFile, HostsFinding, HostsRule, PatternList } from './rule.ts';

/** Never throws; takes time in proportion to the text. */
export function parseHostsFile(text: string): HostsFile {
  const rules: HostsRule[] = [];
  const findings: HostsFinding[] = [];
  for (const { number, text: said, commented } of logicalLines(text)) {
    const tell = (severity: HostsFinding['severity'], { message, help }: Objection): void => {
      findings.push({ line: number, severity, message, help });
    };
    if (commented) {
      const help = 'for libwrap only a # at the very beginning of a line makes a comment';
      tell('note', { message: 'the words after the # are a comment here', help });
    }
    if (said !== '') rules.push(parseRule(number, said, tell));
  }
  return { rules, findings };
}

/** Lists in one list; each costs a call when a client is judged. */
const mostExceptions = 17;

type Tell = (severity: HostsFinding['severity'], what: Objection) => void;

const anyDaemon: PatternList<DaemonPattern> = { items: [{ name: undefined, at: undefined }], except: undefined };
const anyClient: PatternList<HostPattern> = { items: [{ kind: 'ALL' }], except: undefined };
const refuse: HostsRule['options'] = { ...noOptions, verdict: 'deny' };

function parseRule(line: number, text: string, tell: Tell): HostsRule {
  const [daemonText = '', clientText, optionText] = fields(text);
  const daemons = parseList(daemonText, 'daemon', parseDaemon, tell);
  if (clientText === undefined) {
    tell('error', { message: 'the line has no colon', help: 'the form is DAEMONS : CLIENTS [: OPTIONS]' });
    return { line, daemons: anyDaemon, clients: anyClient, options: refuse };
  }
  const clients = parseList(clientText, 'client', parseClient, tell);
  const parsed = optionText === undefined ? undefined : parseOptions(optionText);
  for (const remark of parsed?.remarks ?? []) tell('warning', remark);
  for (const objection of parsed?.objections ?? []) tell('error', objection);
  if (daemons === undefined) return { line, daemons: anyDaemon, clients: anyClient, options: refuse };
  if (clients === undefined) return { line, daemons, clients: anyClient, options: refuse };
  const options = parsed === undefined ? noOptions : parsed.objections.length > 0 ? refuse : parsed.options;
  return { line, daemons, clients, options };
}

/** @returns undefined when one of its words cannot be understood */
function parseList<Pattern>(
  text: string,
  what: 'daemon' | 'client',
  parse: (word: string) => Parsed<Pattern>,
  tell: Tell,
): PatternList<Pattern> | undefined {
  const parts: Pattern[][] = [[]];
  let good = true;
  for (const word of text.split(/[\s,]+/)) {
    if (word === '') continue;
    if (word.toUpperCase() === 'EXCEPT') {
      parts.push([]);
      continue;
    }
    const parsed = parse(word);
    if (parsed.objection === undefined) {
      parts.at(-1)?.push(parsed.pattern);
    } else {
      tell('error', parsed.objection);
      good = false;
    }
  }
  if (parts.length > mostExceptions) {
    tell('error', {
      message: 'too many EXCEPT in one list',
      help: `${mostExceptions - 1} are enough for any sensible rule`,
    });
    good = false;
  }
  if (good && parts.some((part) => part.length === 0)) {
    const message = parts.length === 1 ? `the ${what} list is empty` : 'something is missing before or after EXCEPT';
    tell('error', { message, help: 'IPv6 addresses stand in brackets: [2001:db8::1]' });
    good = false;
  }
  if (!good) return undefined;
  return parts.reduceRight<PatternList<Pattern> | undefined>((except, items) => ({ items, except }), undefined);
}
