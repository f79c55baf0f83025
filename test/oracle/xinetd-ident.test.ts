/** USERID and IDONLY: what an ident server says about a client. */
import { expect } from 'vitest';

import { talk } from '../daemon/client.ts';
import { identObstacle, joe, ownAddress, startIdentd } from '../daemon/identd.ts';
import { until } from '../daemon/until.ts';
import { entry, loggingDefaults } from './entry.ts';
import { difference, same, sharedPair } from './pair.ts';
import type { Needs } from './programs.ts';
import type { Side } from './side.ts';

const needs: Needs = { personality: 'xinetd', obstacle: identObstacle };

const pair = sharedPair(needs, () => ({
  personality: 'xinetd',
  files: {
    'xinetd.conf': [
      loggingDefaults,
      entry('asks', { 'log_on_success+': 'USERID' }),
      entry('only', { 'log_on_success+': 'USERID', flags: 'IDONLY' }),
      entry('order', { 'log_on_success+': 'USERID' }),
      entry('unasked', { flags: 'IDONLY' }),
      entry('forged', { 'log_on_success+': 'USERID', log_type: 'FILE @FOLDER@/forged.log' }),
      entry('full', { 'log_on_failure+': 'USERID', instances: 0 }),
      entry('denied', { 'log_on_failure+': 'USERID', only_from: '10.0.0.1' }),
    ].join('\n'),
  },
}));

/** What a client from there gets, and the lines about it. */
async function served(
  side: Side,
  id: string,
  from: string,
  last: RegExp,
): Promise<{ text: string; lines: readonly string[] }> {
  const before = side.lines(id).length;
  const { text } = await talk(side.at(id), { send: 'hi', from });
  const lines = await side.loggedSince(id, before, last);
  return { text, lines: lines.map((line) => line.replaceAll(from, 'CLIENT')).toSorted() };
}

const whole = ['EXIT: asks status=0 pid=N duration=N(sec)', 'START: asks pid=N from=CLIENT'];

same(needs, 'USERID names the user that an ident server names, and nothing when it names none', async () => {
  const good = await startIdentd(joe);
  const other = await startIdentd((theirs, ours) => `${theirs},${ours}:USERID:OTHER ,US-ASCII : a b:c  \r\n`);
  const { debian, kinetd } = await pair.both(async (side) => ({
    joe: await served(side, 'asks', good.address, /^EXIT/),
    other: await served(side, 'asks', other.address, /^EXIT/),
    nobody: await served(side, 'asks', ownAddress(), /^EXIT/),
  }));
  for (const answers of [debian, kinetd]) {
    expect(answers).toEqual({
      joe: { text: 'hi', lines: [...whole, 'USERID: asks UNIX : joe'] },
      other: { text: 'hi', lines: [...whole, 'USERID: asks OTHER ,US-ASCII : a b:c  '] },
      nobody: { text: 'hi', lines: whole },
    });
  }
  expect(good.askers).toEqual(['127.0.0.1', '127.0.0.1']);
  for (const question of good.questions) expect(question).toMatch(/^\d+,\d+\r\n$/);
});

same(needs, 'IDONLY serves whom an ident server names', async () => {
  const good = await startIdentd(joe);
  const { debian, kinetd } = await pair.both((side) => served(side, 'only', good.address, /^EXIT/));
  for (const answer of [debian, kinetd]) expect(answer.text).toBe('hi');
  for (const { lines } of [debian, kinetd]) expect(lines).toContain('USERID: only UNIX : joe');
});

same(needs, 'IDONLY closes on others, and NOID says why', async () => {
  const cases: Readonly<Record<string, string>> = {
    'no server': ownAddress(),
    'an error': (await startIdentd((theirs, ours) => `${theirs} , ${ours} : ERROR : NO-USER\r\n`)).address,
    'other ports': (await startIdentd(() => joe('1', '2'))).address,
    nonsense: (await startIdentd(() => 'what?\r\n')).address,
    'no CR LF': (await startIdentd((theirs, ours) => joe(theirs, ours).replace('\r', ''))).address,
    'too long': (await startIdentd((theirs, ours) => joe(theirs, ours).replace('joe', 'x'.repeat(2000)))).address,
    nothing: (await startIdentd(() => '')).address,
  };
  const { debian, kinetd } = await pair.both(async (side) => {
    const reasons: Record<string, string | undefined> = {};
    for (const [name, from] of Object.entries(cases)) {
      const { text, lines } = await served(side, 'only', from, side.name === 'kinetd' ? /^NOID/ : /^EXIT/);
      expect(text).toBe('');
      reasons[name] = lines.find((line) => line.startsWith('NOID'));
    }
    return reasons;
  });
  for (const reasons of [debian, kinetd]) {
    expect(reasons).toEqual({
      'no server': 'NOID: only CLIENT no server',
      'an error': 'NOID: only CLIENT bad response',
      'other ports': 'NOID: only CLIENT bad response',
      nonsense: 'NOID: only CLIENT bad response',
      'no CR LF': 'NOID: only CLIENT error while receiving response',
      'too long': 'NOID: only CLIENT error while receiving response',
      nothing: 'NOID: only CLIENT error while receiving response',
    });
  }
});

difference(needs, 'NOID stands alone: nothing has been started for a client that IDONLY turns away', async () => {
  const from = ownAddress();
  const { debian, kinetd } = await pair.both(
    async (side) => (await served(side, 'only', from, side.name === 'kinetd' ? /^NOID/ : /^EXIT/)).lines,
  );
  const noid = 'NOID: only CLIENT no server';
  expect(kinetd).toEqual([noid]);
  expect(debian).toEqual(['EXIT: only status=0 pid=N duration=N(sec)', noid, 'START: only pid=N from=CLIENT']);
});

difference(needs, 'USERID comes before START, since the answer is waited for before anything is started', async () => {
  const { address } = await startIdentd(joe);
  const { debian, kinetd } = await pair.both(async (side) => {
    await talk(side.at('order'), { from: address });
    const lines = await side.logged('order', /^EXIT/);
    return lines.map((line) => line.split(':')[0]).slice(0, 2);
  });
  expect({ debian, kinetd }).toEqual({ debian: ['START', 'USERID'], kinetd: ['USERID', 'START'] });
});

difference(needs, 'an ident server cannot forge a line of the log', async () => {
  const forged = 'joe\nSTART: asks pid=1 \x1b[2J\u009b';
  const { address } = await startIdentd((theirs, ours) => joe(theirs, ours).replace('joe', forged));
  const { debian, kinetd } = await pair.both(async (side) => {
    await talk(side.at('forged'), { from: address });
    return until(() => (side.read('forged.log').includes('EXIT') ? side.read('forged.log') : undefined));
  });
  expect(debian).toContain('\nSTART: asks pid=1 \x1b[2J');
  expect(kinetd).toContain('USERID: forged UNIX : joe\\x0aSTART: asks pid=1 \\x1b[2J\\x9b\n');
});

difference(needs, 'IDONLY asks whether USERID is logged or not', async () => {
  const from = ownAddress();
  const { debian, kinetd } = await pair.both(
    async (side) => (await talk(side.at('unasked'), { send: 'x', from })).text,
  );
  expect({ debian, kinetd }).toEqual({ debian: 'x', kinetd: '' });
});

same(needs, 'USERID in log_on_failure names the user who is refused over instances', async () => {
  const { address } = await startIdentd(joe);
  const { debian, kinetd } = await pair.both((side) => served(side, 'full', address, /^USERID/));
  for (const { text, lines } of [debian, kinetd]) {
    expect(text).toBe('');
    expect(lines).toEqual(['FAIL: full service_limit from=CLIENT', 'USERID: full UNIX : joe']);
  }
});

difference(needs, 'USERID in log_on_failure names users whom access refuses, too', async () => {
  const { address, questions } = await startIdentd(joe);
  const { debian, kinetd } = await pair.both((side) =>
    served(side, 'denied', address, side.name === 'kinetd' ? /^USERID/ : /^EXIT/),
  );
  expect(kinetd.lines).toEqual(['FAIL: denied address from=CLIENT', 'USERID: denied UNIX : joe']);
  expect(debian.lines).toEqual([
    'EXIT: denied status=0 pid=N duration=N(sec)',
    'FAIL: denied address from=CLIENT',
    'START: denied pid=N from=CLIENT',
  ]);
  expect(questions).toHaveLength(1);
});
