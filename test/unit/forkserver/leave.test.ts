/** What an interpreter does at its very end, and its adapter has left out. */
import { expect, test } from 'vitest';

import { compiledIn } from '../../oracle/compile.ts';
import { only, story } from './parked.ts';

const program = compiledIn('test/unit/forkserver', 'taken-apart', '-rdynamic');
const skip = '/kinetd/forkserver/skip';

const parked = (...words: readonly string[]) =>
  only(story({ mode: 'call', argv: [program, ...words], steps: [{ do: 'request' }] }));

const known = ['x64', 'arm64'].includes(process.arch);

test.skipIf(!known)('the function that takes it apart is left out, and all is written that it has said', () => {
  expect(parked()).toMatchObject({ output: 'not yet written, \n', status: 3 });
});

test('an interpreter that does not have the function ends as it always does', () => {
  const word = `${skip}/no_such_function`;
  expect(parked(word)).toMatchObject({
    output: `not yet written, ${word}\ntook itself apart\nran at the end\n`,
    status: 3,
  });
});

test('one that is only executed keeps the function', () => {
  const { output, status } = only(story({ argv: [program], steps: [{ do: 'exec' }] }));
  expect(output).toContain('took itself apart\n');
  expect(output).toContain('ran at the end\n');
  expect(status).toBe(3);
});
