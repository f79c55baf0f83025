/**
 * Scripts that are run twice, executed and from the fork server of their language, and whether that makes a difference.
 *
 * All cases of a language are told in one go; what each comes to is a test of its own. A case is a script; what it prints,
 * what it writes to descriptor 2, and how it ends have to be the same.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { root } from '../../daemon/kinetd.ts';
import { type Job, type Result, type Step, type Story, sanitized, stories } from './parked.ts';

const adapters: string = join(root, 'native/forkserver/adapter');

const setting = (text: string): readonly string[] => ['-d', text];

/** How a language is started in the place of `INTERPRETER OPTIONS SCRIPT ARGUMENTS`; see docs of the adapters. */
export const languages = {
  python3: {
    program: '/usr/bin/python3',
    extension: 'py',
    parked: (options: readonly string[]): readonly string[] => [...options, join(adapters, 'python.py')],
  },
  ruby: {
    program: '/usr/bin/ruby',
    extension: 'rb',
    parked: (options: readonly string[]): readonly string[] => [...options, '-r', join(adapters, 'ruby.rb')],
  },
  php: {
    program: '/usr/bin/php',
    extension: 'php',
    parked: (options: readonly string[]): readonly string[] => [
      ...['opcache.enable_cli=1', 'opcache.record_warnings=1'].flatMap(setting),
      ...setting(`auto_prepend_file=${join(adapters, 'php.php')}`),
      ...options,
    ],
  },
  perl: {
    program: '/usr/bin/perl',
    extension: 'pl',
    parked: (options: readonly string[]): readonly string[] => [...options, '-I', adapters, '-Mkinetd_forkserver'],
  },
} as const;

/** Why scripts of a language cannot be run here; undefined when they can. */
export function obstacle(language: keyof typeof languages): string | undefined {
  if (!existsSync(languages[language].program)) return 'not installed';
  return language === 'php' && sanitized ? 'loads its extensions as sanitizers forbid: RTLD_DEEPBIND' : undefined;
}

export interface Case {
  readonly script: string;
  /** Other files beside the script. */
  readonly files?: Readonly<Record<string, string>>;
  readonly options?: readonly string[];
  readonly args?: readonly string[];
  readonly environment?: readonly string[];
  readonly parkedEnvironment?: readonly string[];
  readonly input?: string;
  readonly gone?: boolean;
  /** What the script has to print; for cases where being the same is not enough. */
  readonly expected?: RegExp | string;
  readonly status?: number;
  /** Where a difference is meant to be, it is taken out of both before they are compared. */
  readonly but?: RegExp;
}

/** Stories of scripts of one language, in a folder of their own. @FOLDER@ in a script is that folder. */
export function jobFor(
  language: keyof typeof languages,
  folder: string,
  name: string,
  one: Case,
  steps?: readonly Step[],
): Job {
  const { program, extension, parked } = languages[language];
  const script = join(folder, `${name}.${extension}`);
  const text = (source: string): string => source.replaceAll('@FOLDER@', folder);
  writeFileSync(script, text(one.script));
  for (const [file, source] of Object.entries(one.files ?? {})) writeFileSync(join(folder, file), text(source));
  const { options = [], args = [], environment, parkedEnvironment, input, gone = false } = one;
  const connection = { environment: ['B=2'], apart: true, gone, ...(input === undefined ? {} : { input }) };
  return {
    mode: 'call',
    argv: [program, ...options, script, ...args],
    parkedArgv: [program, ...parked(options), script, ...args],
    ...(environment === undefined ? {} : { environment: ['PATH=/usr/bin:/bin', ...environment] }),
    ...(parkedEnvironment === undefined ? {} : { parkedEnvironment: parkedEnvironment.map(text) }),
    steps: steps ?? [
      { do: 'exec', ...connection },
      { do: 'request', ...connection },
      { do: 'request', ...connection },
    ],
  };
}

function visible(result: Result | undefined, but: RegExp | undefined): object {
  const { output = '', errors = '', status } = result ?? {};
  const cut = (text: string): string => (but === undefined ? text : text.replaceAll(but, '…'));
  return { status, output: cut(output), errors: cut(errors) };
}

/** A test for each case. Skipped, with the reason, where the language is not installed. */
export function sameAsExecuted(language: keyof typeof languages, cases: Readonly<Record<string, Case>>): void {
  const missing = obstacle(language);
  let folder = '';
  let told: readonly Story[] = [];
  beforeAll(() => {
    if (missing !== undefined) return;
    folder = mkdtempSync(join(tmpdir(), `kinetd-${language}-`));
    told = stories(Object.values(cases).map((one, at) => jobFor(language, folder, `case${at}`, one)));
  });
  afterAll(() => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });
  test.skipIf(missing !== undefined).each(Object.entries(cases))(
    `${language}: %s${missing === undefined ? '' : ` [${missing}]`}`,
    (title, one) => {
      const its = told[Object.keys(cases).indexOf(title)];
      expect(its?.first).toMatchObject({ kind: 'R' });
      const [executed, ...forked] = (its?.results ?? []).map((result) => visible(result, one.but));
      expect(forked).toEqual([executed, executed]);
      if (one.status !== undefined) expect(executed).toMatchObject({ status: one.status });
      const output = its?.results[1]?.output ?? '';
      if (typeof one.expected === 'string') expect(output).toContain(one.expected);
      else if (one.expected !== undefined) expect(output).toMatch(one.expected);
    },
  );
}
