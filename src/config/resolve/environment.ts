/**
 * The environment that a server starts with, before its connection adds to it.
 *
 * xinetd.conf: the daemon's whole environment, or what `passenv` lists of it (an empty `passenv` is nothing),
 * then `env` in its order. inetd.conf: the daemon's environment without the variables of a login session, as
 * Debian's openbsd-inetd without -E has it; the list was found by running it with each of the names.
 *
 * Variables that describe the connection come from the connection alone: one that the daemon happens to have
 * inherited is dropped. A service's own `env` may set such a name, except REMOTE_HOST, which a client's
 * address must never be hidden behind.
 */
import { type ConnectionVariable, connectionVariables } from '../../model/mod.ts';
import type { Definition } from '../definition.ts';
import type { Findings } from './findings.ts';
import type { System } from './system.ts';
import { systemText } from './text.ts';

export interface Environment {
  /** `NAME=VALUE`, each name once. */
  readonly environment: readonly string[];
  readonly variables: readonly ConnectionVariable[];
}

/** What openbsd-inetd takes out unless it is started with -E; a `*` at the end stands for any ending. */
const loginSession = [
  'CVS*',
  'DISPLAY',
  'EDITOR',
  'GROUP',
  'HOME',
  'IFS',
  'LD_*',
  'LOGNAME',
  'MAIL',
  'PATH',
  'PRINTER',
  'PWD',
  'SHELL',
  'SHLVL',
  'SSH*',
  'TERM*',
  'TMP*',
  'USER',
  'VISUAL',
];
const loginNames = new Set(loginSession.filter((name) => !name.endsWith('*')));
const loginPrefixes = loginSession.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));

/** @param keep an inetd's -E: servers of an inetd.conf get the whole environment, too */
export function resolveEnvironment(
  definition: Definition,
  system: System,
  keep: boolean,
  findings: Findings,
): Environment {
  const { settings, dialect } = definition;
  const variables = new Map<string, string>();
  for (const [name, value] of base(definition, system, findings)) {
    if (dialect === 'xinetd' || keep || !isLoginVariable(name)) variables.set(name, value);
  }
  for (const name of connectionVariables) variables.delete(name);
  for (const bytes of settings.env ?? []) {
    const text = systemText(bytes, 'env', findings) ?? '';
    const equals = text.indexOf('=');
    if (equals > 0) variables.set(text.slice(0, equals), text.slice(equals + 1));
  }
  variables.delete('REMOTE_HOST');
  return {
    environment: [...variables].map(([name, value]) => `${name}=${value}`),
    variables: connectionVariables.filter((name) => !variables.has(name)),
  };
}

function* base({ settings }: Definition, system: System, findings: Findings): Generator<[string, string]> {
  for (const name of settings.passenv ?? Object.keys(system.environment)) {
    const value = system.environment[name];
    if (value !== undefined) yield [name, value];
    else if (settings.passenv !== undefined) {
      findings.add(
        'undefined-variable',
        'passenv',
        `the daemon has no variable '${name}' to pass on`,
        'set it where the daemon is started, or give it a value with env',
      );
    }
  }
}

function isLoginVariable(name: string): boolean {
  return loginNames.has(name) || loginPrefixes.some((prefix) => name.startsWith(prefix));
}
