/**
 * The environment that a server starts with, before its connection adds to it.
 *
 * xinetd.conf: the daemon's whole environment, or what `passenv` lists of it (an empty `passenv` is nothing),
 * then `env` in its order. inetd.conf: the daemon's environment without the variables of a login session, as
 * Debian's openbsd-inetd without -E has it; the list was found by running it with each of the names.
 *
 * Variables that describe the connection come from the connection alone: one that the daemon happens to have
 * inherited is dropped. Which there are is `environment`'s and `resolve`'s to say. A service's own `env` may set such a
 * name, except REMOTE_HOST, which a client's address must never be hidden behind.
 */
import {
  type ConnectionVariable,
  connectionVariables,
  nameVariables,
  ucspiVariables,
  usualVariables,
} from '../../model/mod.ts';
import type { Definition, Settings } from '../definition.ts';
import type { Findings } from './findings.ts';
import type { System } from './system.ts';
import { decodeBytes, systemText } from './text.ts';

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

/** What a service takes over from the daemon; many services share one. */
interface Inherited {
  /** `NAME=VALUE`. */
  readonly texts: readonly string[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** Names in `passenv` that the daemon does not have. */
  readonly missing: readonly string[];
}

/** Works out each inheritance once: the daemon's environment may be long, and its services many. */
export class Environments {
  readonly #system: System;
  readonly #resolve: boolean;
  readonly #whole: Inherited;
  readonly #laundered: Inherited;
  readonly #passed = new WeakMap<readonly string[], Inherited>();

  /**
   * @param keep an inetd's -E: servers of an inetd.conf get the whole environment, too
   * @param resolve GNU inetd's --resolve: they are told the names of both ends
   */
  constructor(system: System, keep: boolean, resolve: boolean) {
    const names = Object.keys(system.environment);
    this.#system = system;
    this.#resolve = resolve;
    this.#whole = inherit(system, names);
    this.#laundered = keep
      ? this.#whole
      : inherit(
          system,
          names.filter((name) => !isLoginVariable(name)),
        );
  }

  resolve(definition: Definition, findings: Findings): Environment {
    const { settings, dialect } = definition;
    const inherited = this.#inherited(definition);
    const variables = variablesOf(settings, dialect === 'inetd' && this.#resolve);
    for (const name of inherited.missing) {
      findings.add(
        'undefined-variable',
        'passenv',
        `the daemon has no variable '${name}' to pass on`,
        'set it where the daemon is started, or give it a value with env',
      );
    }
    if (settings.env === undefined) return { environment: inherited.texts, variables };
    const texts = [...inherited.texts];
    const own = new Map<string, number>();
    for (const bytes of settings.env) {
      const text = systemText(bytes, 'env', findings) ?? '';
      const name = text.slice(0, Math.max(0, text.indexOf('=')));
      if (name === '' || (name === 'REMOTE_HOST' && settings.environment !== 'ucspi')) continue;
      const index = own.get(name) ?? inherited.indexOf.get(name) ?? texts.length;
      texts[index] = text;
      own.set(name, index);
    }
    return { environment: texts, variables: variables.filter((name) => !own.has(name)) };
  }

  #inherited({ settings: { passenv }, dialect }: Definition): Inherited {
    if (passenv === undefined) return dialect === 'xinetd' ? this.#whole : this.#laundered;
    const known = this.#passed.get(passenv);
    if (known !== undefined) return known;
    const passed = inherit(
      this.#system,
      passenv.map((bytes) => decodeBytes(bytes) ?? bytes),
    );
    this.#passed.set(passenv, passed);
    return passed;
  }
}

/** @param resolve whether names are looked up for a service that does not say */
function variablesOf(settings: Settings, resolve: boolean): readonly ConnectionVariable[] {
  const ucspi = settings.environment === 'ucspi';
  const named = settings.resolve ?? (ucspi || resolve);
  if (ucspi) return named ? namedUcspi : ucspiAlone;
  return named ? namedUsual : usualVariables;
}

const namedUsual: readonly ConnectionVariable[] = [...usualVariables, ...nameVariables];
const forBoth = usualVariables.filter((name) => !/^(REMOTE|LOCAL)_/.test(name));
const namedUcspi: readonly ConnectionVariable[] = [...forBoth, ...nameVariables, ...ucspiVariables];
const ucspiAlone: readonly ConnectionVariable[] = [...forBoth, ...ucspiVariables];

const ofTheConnection: ReadonlySet<string> = new Set(connectionVariables);

function inherit({ environment }: System, names: readonly string[]): Inherited {
  const texts: string[] = [];
  const indexOf = new Map<string, number>();
  const missing: string[] = [];
  for (const name of new Set(names)) {
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
    if (value === undefined) {
      missing.push(name);
    } else if (!ofTheConnection.has(name)) {
      indexOf.set(name, texts.length);
      texts.push(`${name}=${value}`);
    }
  }
  return { texts, indexOf, missing };
}

function isLoginVariable(name: string): boolean {
  return loginNames.has(name) || loginPrefixes.some((prefix) => name.startsWith(prefix));
}
