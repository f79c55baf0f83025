/** log_type = FILE: limits of its size, the log that defaults share, files that cannot be opened. */
import { chmodSync, lchownSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { until } from '../daemon/until.ts';
import { defaults, entry } from './entry.ts';
import { type Answers, compare, difference, same, sharedPair } from './pair.ts';
import type { Needs } from './programs.ts';
import type { Side } from './side.ts';

const needs: Needs = { personality: 'xinetd' };

/** Lines without a pid are of one length, so both logs are full at the same line. */
const lines = { log_on_success: 'HOST' };
const lineSize = 60;

const pair = sharedPair(needs, () => ({
  personality: 'xinetd',
  shell: 'umask 077',
  files: {
    'xinetd.conf': [
      defaults({ log_type: 'FILE @FOLDER@/service.log 600', log_on_failure: 'HOST' }),
      entry('both', { ...lines, cps: '0 1', log_type: 'FILE @FOLDER@/both.log 500 1K' }),
      entry('soft', { ...lines, cps: '0 1', log_type: 'FILE @FOLDER@/soft.log 500' }),
      entry('kept', { ...lines, cps: '0 1', log_type: 'FILE @FOLDER@/kept.log 1K 2K' }),
      entry('common', { ...lines, cps: '0 1' }),
      entry('over', { ...lines, log_type: 'FILE @FOLDER@/over.log 1K 2K' }),
      entry('mode', { ...lines, log_type: 'FILE @FOLDER@/mode.log' }),
      entry('nofolder', { ...lines, log_type: 'FILE @FOLDER@/no/such/folder.log' }),
      entry('badsoft', { log_type: 'FILE @FOLDER@/x.log 1X' }),
      entry('badhard', { log_type: 'FILE @FOLDER@/x.log 2K 1K' }),
      entry('toomany', { log_type: 'FILE @FOLDER@/x.log 1K 2K 3K' }),
      entry('last', { log_on_success: 'EXIT', log_type: 'FILE @FOLDER@/last.log' }),
    ].join('\n'),
    'over.log': 'x'.repeat(3000),
    'kept.log': `${'an old line\n'.repeat(80)}`,
  },
}));

function alike<T>({ debian, kinetd }: Answers<T>, expected: unknown): void {
  expect(debian).toEqual(expected);
  expect(kinetd).toEqual(expected);
}

/** Connects until the daemon says that a log is full, and some more, and gives the number of lines. */
async function fill(side: Side, id: string, log: string, name: string = id): Promise<number> {
  const full = { level: 'ERROR', text: `Size of ${name} log exceeded hard limit` };
  for (let client = 0; client < 400; client++) {
    if (side.messages.some(({ level, text }) => level === full.level && text === full.text)) break;
    await side.fares(id);
  }
  for (let client = 0; client < 3; client++) await side.fares(id);
  return side.read(log).split('\n').length - 1;
}

/** When a later line is in its file, earlier ones are in theirs. */
async function barrier(side: Side): Promise<void> {
  const before = side.lines('last', 'last.log').length;
  await side.fares('last');
  await until(() => (side.lines('last', 'last.log').length > before + 1 ? true : undefined));
}

async function fullAlike(id: string, log: string, most: number, name: string = id): Promise<void> {
  const { debian, kinetd } = await pair.both(async (side) => {
    await fill(side, id, log, name);
    await barrier(side);
    return { lines: side.read(log).split('\n').length - 1, size: statSync(join(side.folder, log)).size };
  });
  // xinetd writes the line that goes over the limit; kinetd does not.
  expect(debian.size).toBeGreaterThan(most);
  expect(debian.size).toBeLessThan(most + lineSize);
  expect(kinetd.size).toBeLessThanOrEqual(most);
  expect(kinetd.lines).toBe(debian.lines - 1);
}

difference(needs, 'the hard limit of a log is never exceeded', () => fullAlike('both', 'both.log', 1024));

same(needs, 'what stands in the file already counts', () => fullAlike('kept', 'kept.log', 2048));

same(needs, 'the hard limit is 5 KiB above the soft one when none is given', () =>
  fullAlike('soft', 'soft.log', 500 + 5 * 1024),
);

same(needs, 'the log of defaults is called common', () => fullAlike('common', 'service.log', 600 + 5 * 1024, 'common'));

same(needs, 'a log is readable by all as far as the umask of the daemon allows', async () => {
  const answers = await pair.both(async (side) => {
    await side.fares('mode');
    await side.logged('mode', /^START/, 'mode.log');
    return statSync(join(side.folder, 'mode.log')).mode & 0o777;
  });
  alike(answers, 0o600);
});

same(needs, 'a service whose log cannot be opened does not start', async () => {
  alike(await pair.both((side) => side.fares('nofolder')), 'no port');
  await pair.both((side) => side.says(/ERROR: creation of nofolder log failed/));
  await pair.both((side) => side.says(/ERROR: Service nofolder failed to start and is deactivated\./));
  alike(await pair.both((side) => side.fares('last')), 'served');
});

same(needs, 'limits that make no sense lose the service', async () => {
  for (const id of ['badsoft', 'badhard', 'toomany']) alike(await pair.both((side) => side.fares(id)), 'no port');
});

same(needs, 'a reload lets a log be written again after it has been emptied', async () => {
  const text =
    entry('s', { ...lines, cps: '0 1', log_type: 'FILE @FOLDER@/s.log 200 500' }) +
    entry('last', { log_on_success: 'EXIT', log_type: 'FILE @FOLDER@/last.log' });
  const answers = await compare({ personality: 'xinetd', files: { 'xinetd.conf': text } }, async (side) => {
    const before = await fill(side, 's', 's.log');
    await barrier(side);
    writeFileSync(join(side.folder, 's.log'), '');
    await side.fares('s');
    await barrier(side);
    const still = side.read('s.log');
    await side.reload();
    await side.fares('s');
    const after = await side.logged('s', /^START/, 's.log');
    return [before > 5, still, after.length];
  });
  alike(answers, [true, '', 1]);
});

difference(needs, 'a log that is too large from the start is told once, and as such', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    for (let client = 0; client < 3; client++) await side.fares('over');
    await side.says(/(Error in|Size of) over log/);
    await barrier(side);
    return side.messages.map(({ text }) => text.replace(/-?\d+$/, 'N')).filter((text) => text.includes('over log'));
  });
  expect(new Set(debian)).toEqual(new Set(['Error in over log: N']));
  expect(debian.length).toBeGreaterThan(1);
  expect(kinetd).toEqual(['Size of over log exceeded hard limit']);
});

difference(needs, 'the daemon says when a log is past its soft limit', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    await fill(side, 'both', 'both.log');
    return side.messages.some(({ text }) => text === 'Size of both log exceeded soft limit');
  });
  expect({ debian, kinetd }).toEqual({ debian: false, kinetd: true });
});

difference(needs, 'a log is not written through a link of somebody else', async () => {
  const somebody = 12_345;
  const { debian, kinetd } = await compare(
    {
      personality: 'xinetd',
      files: {
        'xinetd.conf':
          entry('s', { ...lines, log_type: 'FILE @FOLDER@/open/log' }) +
          entry('other', { log_type: 'FILE @FOLDER@/other.log', ...lines }),
        'open/file': '',
        victim: '',
      },
      before(side) {
        chmodSync(join(side.folder, 'open'), 0o777);
        symlinkSync(join(side.folder, 'victim'), join(side.folder, 'open/log'));
        lchownSync(join(side.folder, 'open/log'), somebody, somebody);
      },
    },
    async (side) => {
      const fares = await side.fares('s');
      await side.fares('other');
      await side.logged('other', /^START/, 'other.log');
      return { fares, victim: side.read('victim').length > 0 };
    },
  );
  expect(debian).toEqual({ fares: 'served', victim: true });
  expect(kinetd).toEqual({ fares: 'no port', victim: false });
});
