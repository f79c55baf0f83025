/**
 * The text of configuration files: blocks, comments, includes, defaults, enabled and disabled. Most cases are files
 * of their own that one xinetd.conf includes, since each file is read by itself.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';
import { talk } from '../daemon/client.ts';
import { defaults, entry, loggingDefaults } from './entry.ts';
import type { Answers } from './pair.ts';
import { compare, difference, type PairOptions, same, sharedPair } from './pair.ts';
import { findings } from './probe.ts';
import type { Needs } from './programs.ts';

const needs: Needs = { personality: 'xinetd' };

/** An entry that ends before its brace. */
function open(id: string): string {
  return entry(id).slice(0, -2);
}

const manyVariables = Array.from({ length: 2000 }, (_, index) => `V${index}=value`).join(' ');

const included: Readonly<Record<string, string>> = {
  stray: `${entry('stray1')}nonsense here\n${entry('stray2')}${entry('stray3')}`,
  headless: `${entry('headless1')}service\n${entry('headless2').replace(/^.*\n/, '')}${entry('headless3')}`,
  pathless: `include\n${entry('pathless1')}${entry('pathless2')}`,
  open: open('open1') + entry('open2') + entry('open3'),
  end: entry('end1') + open('end2'),
  newline: entry('newline').trimEnd(),
  brace: entry('brace').replace('\n{', ' {') + entry('brace2'),
  crlf: entry('crlf').replaceAll('\n', '\r\n'),
  gap: entry('gap').replace('\n{', ' more words\n\n# a note\n   {'),
  long: `${open('long')}\tenv = ${manyVariables}\n}\n`,
  comments: [
    entry('waits', { wait: 'no # comment' }),
    entry('limit', { instances: '0 # none' }),
    entry('words', { server: '@PROBE@', server_args: 'a # b' }),
    entry('quotes', { server: '@PROBE@', server_args: '"b c"' }),
  ].join(''),
  twice:
    entry('twice') + entry('thief', { port: '@PORT:twice@', server: '/bin/false' }) + entry('same', { id: 'twice' }),
  names: entry('names') + entry('names', { port: '@PORT:names2@' }),
  inside: `${open('inside')}\tinclude @FOLDER@/nothing\n}\n${entry('inside2')}`,
};

const pair = sharedPair(needs, () => ({
  personality: 'xinetd',
  files: {
    'xinetd.conf': [
      loggingDefaults,
      'include @FOLDER@/no-such-file',
      'includedir @FOLDER@/no-such-folder',
      ...Object.keys(included).map((name) => `include @FOLDER@/${name}`),
      'includedir @FOLDER@/folder',
      entry('last'),
    ].join('\n'),
    ...included,
    nothing: '',
    'folder/z': entry('z'),
    'folder/a': entry('a'),
    'folder/y': entry('small', { port: '@PORT:shared@', server: '/bin/false' }),
    'folder/Y': entry('capital', { port: '@PORT:shared@' }),
    'folder/b.conf': entry('b'),
    'folder/c~': entry('c'),
    'folder/.d': entry('d'),
  },
  before: (side) => mkdirSync(join(side.folder, 'folder/sub')),
}));

const served = { debian: 'served', kinetd: 'served' };
const neither = { debian: 'no port', kinetd: 'no port' };
const onlyKinetd = { debian: 'no port', kinetd: 'served' };

async function fare(id: string, expected: Answers<string>): Promise<void> {
  expect({ id, ...(await pair.both((side) => side.fares(id))) }).toEqual({ id, ...expected });
}

async function argv(id: string): Promise<Answers<readonly string[]>> {
  return pair.both(async (side) => {
    const { facts } = findings((await talk(side.at(id), { halfClose: false })).text);
    return Object.entries(facts).flatMap(([name, value]) => (name.startsWith('argv.') ? [value] : []));
  });
}

same(needs, 'includedir reads files whose names have no dot and do not end in ~', async () => {
  await fare('a', served);
  await fare('z', served);
  for (const id of ['b', 'c', 'd']) await fare(id, neither);
  await pair.both((side) =>
    side.says(side.name === 'Debian' ? /sub is not a regular file\. It is being skipped/ : /folder\/sub/),
  );
});

same(needs, 'includedir reads its files in the order of their bytes', async () => {
  // Of two services with one address the first runs.
  await fare('shared', served);
  await pair.both((side) => side.says(/service:? small/));
});

same(needs, 'a file or folder that is not there loses nothing else', async () => {
  await fare('last', served);
  const { debian, kinetd } = await pair.both((side) => side.messages.map(({ text }) => text).join('\n'));
  expect(debian).toContain('Unable to open included configuration file: @FOLDER@/no-such-file');
  for (const text of [debian, kinetd]) expect(text).toMatch(/no-such-file.*no-such-folder/s);
});

same(needs, 'a header may have more words, blank lines and comments before its brace', () => fare('gap', served));

same(needs, 'the last line needs no newline', () => fare('newline', served));

same(needs, 'an entry that the end of the file cuts off does not run', async () => {
  await fare('end1', served);
  await fare('end2', neither);
});

same(needs, 'an entry without a name does not run', async () => {
  await fare('headless1', served);
  await fare('headless2', neither);
  await fare('headless3', served);
});

same(needs, 'an include in an entry loses the entry', async () => {
  await fare('inside', neither);
  await fare('inside2', served);
});

same(needs, '# among the words of server_args is a word', async () => {
  expect(await argv('words')).toEqual({ debian: ['probe', 'a', '#', 'b'], kinetd: ['probe', 'a', '#', 'b'] });
});

same(needs, 'quotes are part of words', async () => {
  expect(await argv('quotes')).toEqual({ debian: ['probe', '"b', 'c"'], kinetd: ['probe', '"b', 'c"'] });
});

same(needs, 'of two services with one address the first runs', async () => {
  await fare('twice', served);
  await pair.both((side) => side.says(/service:? thief/));
});

same(needs, 'services may share names and ids', async () => {
  await fare('same', served);
  await fare('names', served);
  await fare('names2', served);
});

difference(needs, 'a comment may end a line of one value', async () => {
  await fare('waits', onlyKinetd);
  await fare('limit', { debian: 'served', kinetd: 'closed' });
});

difference(needs, 'a stray word at top level loses nothing', async () => {
  await fare('stray1', served);
  await fare('stray2', onlyKinetd);
  await fare('stray3', served);
});

difference(needs, 'an include without a path loses nothing else', async () => {
  await fare('pathless1', onlyKinetd);
  await fare('pathless2', served);
});

difference(needs, 'an entry without its closing brace loses itself alone', async () => {
  await fare('open1', neither);
  await fare('open2', onlyKinetd);
  await fare('open3', served);
});

difference(needs, 'the brace may stand behind the name of the service', async () => {
  await fare('brace', onlyKinetd);
  await fare('brace2', served);
});

difference(needs, 'lines may end in CRLF', () => fare('crlf', onlyKinetd));

difference(needs, 'lines may be of any length', () => fare('long', onlyKinetd));

/** How services fare, or with what status the daemon has ended. */
async function outcome(
  files: PairOptions['files'],
  ...ids: readonly string[]
): Promise<Answers<readonly (string | number)[]>> {
  return compare({ personality: 'xinetd', files, unready: true }, async (side) => {
    const ended = await Promise.race([
      side.ended,
      side.ready().then(
        () => undefined,
        () => undefined,
      ),
    ]);
    if (ended !== undefined || side.over) return ['ended', await side.ended];
    return Promise.all(ids.map((id) => side.fares(id)));
  });
}

same(needs, 'enabled and disabled go by ids, in any case', async () => {
  const files = {
    'xinetd.conf': [
      defaults({ enabled: 'A BEE', disabled: 'bee' }),
      entry('a'),
      entry('b', { id: 'Bee' }),
      entry('c'),
    ].join('\n'),
  };
  expect(await outcome(files, 'a', 'b', 'c')).toEqual({
    debian: ['served', 'no port', 'no port'],
    kinetd: ['served', 'no port', 'no port'],
  });
});

same(needs, 'enabled does not bring back what disable switches off', async () => {
  const files = {
    'xinetd.conf': [defaults({ enabled: 'a b' }), entry('a'), entry('b', { disable: 'yes' })].join('\n'),
  };
  expect(await outcome(files, 'a', 'b')).toEqual({ debian: ['served', 'no port'], kinetd: ['served', 'no port'] });
});

difference(needs, 'enabled does not revive a service with an error', async () => {
  const files = {
    'xinetd.conf': [defaults({ enabled: 'a b' }), entry('a'), entry('b', { bind: 'no.such.host.invalid' })].join('\n'),
  };
  const answers = await compare({ personality: 'xinetd', files }, async (side) => [
    await side.fares('a'),
    await side.fares('b'),
  ]);
  expect(answers).toEqual({ debian: ['served', 'served'], kinetd: ['served', 'no port'] });
});

difference(needs, 'a bad value in defaults: the daemon does not start, and says so with its status', async () => {
  const files = { 'xinetd.conf': `${defaults({ instances: 'x' })}${entry('a')}` };
  expect(await outcome(files, 'a')).toEqual({ debian: ['ended', 0], kinetd: ['ended', 1] });
});

difference(needs, 'any other mistake in defaults: the daemon does not start either', async () => {
  const mistakes = ['foo = 1', 'nice = 5', 'per_source = 1 2', 'instances=5', 'instances = 5\n\tinstances = 6'];
  for (const mistake of mistakes) {
    const files = { 'xinetd.conf': `defaults\n{\n\t${mistake}\n}\n${entry('a')}` };
    // xinetd takes what follows a syntax error for the top level and loses the next entry with it.
    const debian = mistake === 'instances=5' ? [expect.stringMatching(/served|no port/)] : ['served'];
    expect({ mistake, ...(await outcome(files, 'a')) }).toEqual({ mistake, debian, kinetd: ['ended', 1] });
  }
});

difference(needs, 'a second defaults in one file: the daemon does not start', async () => {
  const files = {
    'xinetd.conf': defaults({ no_access: '10.0.0.1' }) + defaults({ no_access: '127.0.0.1' }) + entry('a'),
  };
  expect(await outcome(files, 'a')).toEqual({ debian: ['served'], kinetd: ['ended', 1] });
});

same(needs, 'a second defaults in another file adds to the first', async () => {
  const files = {
    'xinetd.conf': `${defaults({ no_access: '127.0.0.1' })}include @FOLDER@/more\n${entry('a')}`,
    more: defaults({ no_access: '127.0.0.2' }),
  };
  const answers = await compare({ personality: 'xinetd', files }, async (side) => [
    await side.fares('a', '127.0.0.1', { from: '127.0.0.1' }),
    await side.fares('a', '127.0.0.1', { from: '127.0.0.2' }),
    await side.fares('a', '127.0.0.1', { from: '127.0.0.3' }),
  ]);
  expect(answers.debian).toEqual(['closed', 'closed', 'served']);
  expect(answers.kinetd).toEqual(answers.debian);
});
