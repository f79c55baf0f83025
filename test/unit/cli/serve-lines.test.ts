/** Every line of `kinetd serve` that the documents show is one that kinetd understands. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { root } from '../../daemon/kinetd.ts';

const documents = ['README.md', 'docs/serve.md', 'docs/operating.md', 'test/golden/help/serve.txt'];

/** In code, in the columns of a table, and behind `sudo` and the name of a folder; what follows a program is left out. */
function linesOf(document: string): string[] {
  const text = readFileSync(join(root, document), 'utf8').replaceAll('\\|', '|');
  const lines = [
    ...text.matchAll(/^(?: {2,}|)(?:sudo )?(?:bin\/)?kinetd (serve .*)$|`(?:sudo )?(?:bin\/)?kinetd (serve [^`]+)`/gm),
  ];
  return lines.map(([, line, word]) => (line ?? word ?? '').replace(/ +# .*| > .*/, ''));
}

test('they are read, whatever this machine has', () => {
  const lines = documents.flatMap(linesOf).filter((line) => /\d|unix:/.test(line));
  expect(lines.length).toBeGreaterThan(20);
  // The shell cuts each into words, and all are read in one process.
  const words = lines.map((line) => execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' }));
  const script = `
    import { kinetd } from ${JSON.stringify(join(root, 'dist/bin/kinetd.js'))};
    process.setMaxListeners(0); process.stdout.setMaxListeners(0); process.stderr.setMaxListeners(0);
    const answers = [];
    for (const words of JSON.parse(process.argv[1])) answers.push(await kinetd(['serve', '--print', ...words.split('\\n').slice(1, -1)]));
    process.stderr.write('answers ' + JSON.stringify(answers) + '\\n');
  `;
  const said = execFileSync(
    '/bin/sh',
    ['-c', 'exec "$@" 2>&1', 'sh', process.execPath, '--input-type=module', '-e', script, JSON.stringify(words)],
    { encoding: 'utf8' },
  );
  const answers: unknown = JSON.parse(/^answers (.*)$/m.exec(said)?.[1] ?? '[]');
  expect(answers).toHaveLength(lines.length);
  const misread = lines.filter((_, at) => Array.isArray(answers) && answers[at] === 2);
  expect(misread).toEqual([]);
});
