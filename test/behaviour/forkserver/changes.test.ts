/** What a fork server is made of changes on disk: each change is followed, however soon after the last, and by whatever. */
import { renameSync, utimesSync } from 'node:fs';
import { expect, test } from 'vitest';

import { type Kinetd, service } from '../../daemon/kinetd.ts';
import { gone } from '../../daemon/processes.ts';
import { programPath } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';
import { burst, forked, ready, run } from './started.ts';

interface Language {
  readonly name: string;
  /** A script that says a word. */
  readonly says: (word: string) => string;
  readonly broken: string;
  /** A module, and a script that loads it and says its word. */
  readonly module: readonly [name: string, text: (word: string) => string, script: string] | undefined;
}

function language(name: string, rest: Omit<Language, 'name'>): readonly Language[] {
  const program = programPath(name);
  if (program === undefined) return [];
  const [file, text, script = ''] = rest.module ?? [];
  const line = (source: string): string => `#!${program}\n${source}`;
  return [
    {
      name,
      says: (word) => line(rest.says(word)),
      broken: line(rest.broken),
      module: file === undefined || text === undefined ? undefined : [file, text, line(script)],
    },
  ];
}

const languages: readonly Language[] = [
  ...language('python3', {
    says: (word) => `print("${word}")\n`,
    broken: 'print("x"\n',
    module: ['loaded.py', (word) => `word = "${word}"\n`, 'import loaded\nprint(loaded.word)\n'],
  }),
  ...language('perl', {
    says: (word) => `print "${word}\\n";\n`,
    broken: 'if (\n',
    module: [
      'Loaded.pm',
      (word) => `package Loaded;\nour $word = "${word}";\n1;\n`,
      'use FindBin;\nuse lib "@FOLDER@";\nuse Loaded;\nprint "$Loaded::word\\n";\n',
    ],
  }),
  ...language('ruby', {
    says: (word) => `puts "${word}"\n`,
    broken: 'puts(\n',
    module: ['loaded.rb', (word) => `WORD = "${word}"\n`, 'require_relative "loaded"\nputs WORD\n'],
  }),
  ...language('php', { says: (word) => `<?php echo "${word}\\n";\n`, broken: '<?php if (\n', module: undefined }),
];

const one = service('s', { ...forked, server: '@FOLDER@/script' });

/** Resolves when a client gets this word, and until then each gets one of the others. */
async function served(daemon: Kinetd, word: string, ...others: readonly string[]): Promise<void> {
  await until(async () => {
    const [answer] = await burst(daemon, 1);
    if (answer !== `${word}\n`) expect(others.map((other) => `${other}\n`)).toContain(answer);
    return answer === `${word}\n` || undefined;
  });
}

test.for(languages)(
  '$name: a script that is written to again and again, with the same size and at the same time as far as it tells',
  async ({ says }) => {
    const daemon = await run(one, { script: says('0') });
    await ready(daemon);
    for (const [before, now] of ['01', '12', '23', '34']) {
      // As an editor puts a new file in the place of the old.
      daemon.write('script.new', says(now ?? ''));
      utimesSync(`${daemon.folder}/script.new`, 1_700_000_000, 1_700_000_000);
      renameSync(`${daemon.folder}/script.new`, `${daemon.folder}/script`);
      await served(daemon, now ?? '', before ?? '');
    }
    expect(daemon.errors).not.toContain('no fork server');
  },
);

test.for(languages.filter(({ module }) => module !== undefined))(
  '$name: a module that the script has loaded',
  async ({ module }) => {
    const [name = '', text = String, script = ''] = module ?? [];
    const daemon = await run(one, { script, [name]: text('old') });
    await ready(daemon);
    await served(daemon, 'old');
    daemon.write(name, text('newer'));
    await served(daemon, 'newer', 'old');
  },
);

test.for(languages)(
  '$name: a script that does not compile comes in the middle of a burst: all get the old one, and the log says why once',
  async ({ says, broken }) => {
    const daemon = await run(one, { script: says('old') });
    const pid = await ready(daemon);
    const answers = burst(daemon, 40);
    daemon.write('script.new', broken);
    renameSync(`${daemon.folder}/script.new`, `${daemon.folder}/script`);
    expect(new Set(await answers)).toEqual(new Set(['old\n']));
    await until(async () => {
      expect(await burst(daemon, 2)).toEqual(['old\n', 'old\n']);
      return daemon.errors.includes('; the one before it serves on') || undefined;
    });
    await burst(daemon, 20);
    expect(daemon.errors.match(/no fork server/g)).toHaveLength(1);
    expect(gone(pid)).toBe(false);
    daemon.write('script', says('new'));
    await served(daemon, 'new', 'old');
  },
);

test('a reload replaces it, whether or not anything has changed', async () => {
  const daemon = await run(service('s', { ...forked, server: '/bin/cat' }));
  const pid = await ready(daemon);
  await daemon.reload();
  await ready(daemon, 's', 2);
  await until(() => gone(pid) || undefined);
});
