/** What `auth` answers, by its flags; and whose a connection is in the tables of /proc. */
import { expect, test } from 'vitest';

import type { AuthAnswers } from '../../../src/model/mod.ts';
import { type AuthWorld, authAnswer } from '../../../src/worker/auth/answer.ts';
import { hex, ownerIn } from '../../../src/worker/auth/owner.ts';

const plain: AuthAnswers = {
  real: true,
  fallback: undefined,
  garble: false,
  numeric: false,
  fake: 'none',
  hide: false,
  system: 'UNIX',
  milliseconds: 1000,
};

interface Home {
  readonly noident?: boolean | undefined;
  readonly fakeid?: string;
}

function world({ noident, fakeid }: Home = { noident: false }): AuthWorld {
  return {
    owner: (local, remote) =>
      Promise.resolve(local === 6191 && remote === 23 ? 1000 : local === 6191 ? 4242 : undefined),
    nameOf: (uid) => ({ 0: 'root', 1000: 'alice' })[uid],
    isUser: (name) => ['alice', 'root', 'bob'].includes(name),
    hasFile: () => Promise.resolve(noident),
    readFile: () => Promise.resolve(fakeid),
    random: () => 'c0c993',
  };
}

async function says(question: string, flags: Partial<AuthAnswers> = {}, home?: Home): Promise<string> {
  return authAnswer(question, { ...plain, ...flags }, world(home));
}

test('the user of a connection, an error for what is none', async () => {
  expect(await says('6191, 23')).toBe('6191 , 23 : USERID : UNIX : alice');
  expect(await says(' 6191\t,23 ')).toBe('6191 , 23 : USERID : UNIX : alice');
  expect(await says('6192 , 23')).toBe('6192 , 23 : ERROR : NO-USER');
  expect(await says('6191 , 24')).toBe('6191 , 24 : ERROR : NO-USER'); // a number without a name
  for (const wrong of ['', 'x', '1', '1,', '0 , 23', '6191 , 65536', '6191 , 23 , 5', '-1 , 2']) {
    expect(await says(wrong)).toMatch(/ : ERROR : INVALID-PORT$/);
  }
});

test('without -r nobody is told of, or everybody is the fallback', async () => {
  expect(await says('6191, 23', { real: false })).toBe('6191 , 23 : ERROR : HIDDEN-USER');
  expect(await says('6191, 23', { real: false, fallback: 'nat' })).toBe('6191 , 23 : USERID : UNIX : nat');
  expect(await says('6191, 23', { real: false, garble: true })).toBe('6191 , 23 : USERID : UNIX : c0c993');
});

test('-d stands for a connection that nobody has, and not for a user without a name', async () => {
  expect(await says('6191, 24', { fallback: 'nat' })).toBe('6191 , 24 : ERROR : NO-USER');
});

test('what the system does not tell is an unknown error, or the fallback', async () => {
  const broken = (): never => {
    throw new Error('EIO');
  };
  const ask = (faults: Partial<AuthWorld>, flags: Partial<AuthAnswers> = {}): Promise<string> =>
    authAnswer('6191, 23', { ...plain, ...flags }, { ...world({ fakeid: 'bob' }), ...faults });
  const noOwner = { owner: () => Promise.reject(new Error('EACCES')) };
  expect(await ask(noOwner)).toBe('6191 , 23 : ERROR : UNKNOWN-ERROR');
  expect(await ask(noOwner, { fallback: 'nat' })).toMatch(/ : nat$/);
  expect(await ask({ nameOf: broken }, { fallback: 'nat' })).toMatch(/ : UNKNOWN-ERROR$/);
  // Whether somebody else has the name is not known.
  expect(await ask({ isUser: broken }, { fake: 'nobody' })).toMatch(/ : alice$/);
});

test('-d, -g, -i and -o', async () => {
  expect(await says('6192, 23', { fallback: 'nat' })).toBe('6192 , 23 : USERID : UNIX : nat');
  expect(await says('6191, 23', { garble: true, hide: true }, { noident: true })).toMatch(/ : c0c993$/);
  expect(await says('6191, 23', { numeric: true, system: 'OTHER' })).toBe('6191 , 23 : USERID : OTHER : 1000');
});

test('-n hides who has a ~/.noident, and whose home may not be looked at', async () => {
  expect(await says('6191, 23', { hide: true }, { noident: true })).toMatch(/HIDDEN-USER$/);
  expect(await says('6191, 23', { hide: true }, { noident: undefined })).toMatch(/HIDDEN-USER$/);
  expect(await says('6191, 23', { hide: true }, { noident: false })).toMatch(/alice$/);
  expect(await says('6191, 23', {}, { noident: true })).toMatch(/alice$/);
});

test('-f believes ~/.fakeid unless it names somebody else, -F in any case', async () => {
  expect(await says('6191, 23', { fake: 'nobody' }, { fakeid: '  wizard of x\nmore' })).toMatch(/ : wizard$/);
  expect(await says('6191, 23', { fake: 'nobody' }, { fakeid: 'root\n' })).toMatch(/ : alice$/);
  expect(await says('6191, 23', { fake: 'any' }, { fakeid: 'root\n' })).toMatch(/ : root$/);
  expect(await says('6191, 23', { fake: 'nobody', numeric: true }, { fakeid: '0\n' })).toMatch(/ : 1000$/);
  expect(await says('6191, 23', { fake: 'nobody' }, { fakeid: 'x'.repeat(65) })).toMatch(/ : x{32}$/);
  expect(await says('6191, 23', { fake: 'nobody' }, { fakeid: 'a:b c' })).toMatch(/ : a:b$/);
  expect(await says('6191, 23', { fake: 'nobody' }, { fakeid: '\nwizard\n' })).toMatch(/ : alice$/);
  // Nothing that would end the line, and no name that only looks like another.
  expect(await says('6191, 23', { fake: 'any' }, { fakeid: 'a\r: ERROR' })).toMatch(/ : a$/);
  for (const strange of ['r\x1b[1moot', 'r\xf6\xf6t']) {
    expect(await says('6191, 23', { fake: 'any' }, { fakeid: strange })).toMatch(/ : alice$/);
  }
  expect(await says('6191, 23', { fake: 'any' }, {})).toMatch(/ : alice$/);
});

test('the owner is that of the connection with both ends, while it is one', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1A2B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     7        0 1 1',
    '   1: 0100007F:1A2B 0100007F:0017 01 00000000:00000000 02:00000000 00000000  1000        0 2 2',
    '   3: 0100007F:1A2D 0100007F:0017 05 00000000:00000000 02:00000000 00000000     0        0 0 2',
    '   4: 0100007F:1A2E 0100007F:0017 01 00000000:00000000 02:00000000 00000000     0        0 0 2',
    '   2: 0100007F:1A2C 0100007F:0017 06 00000000:00000000 02:00000000 00000000     0        0 0 2',
  ].join('\n');
  expect(ownerIn(table, '0100007F:1A2B', '0100007F:0017')).toBe(1000);
  expect(ownerIn(table, '0100007F:1A2C', '0100007F:0017')).toBeUndefined();
  // Closed, or not accepted: no process has it, and its user is not root.
  expect(ownerIn(table, '0100007F:1A2D', '0100007F:0017')).toBeUndefined();
  expect(ownerIn(table, '0100007F:1A2E', '0100007F:0017')).toBeUndefined();
  expect(ownerIn(table, '0100007F:1A2B', '0100007F:0018')).toBeUndefined();
  expect(ownerIn('', '0100007F:1A2B', '0100007F:0017')).toBeUndefined();
  expect(['0100007F', '7F000001']).toContain(hex(Uint8Array.of(127, 0, 0, 1)));
});
