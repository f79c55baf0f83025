/** A program that takes long to execute, as on a disk or file server that does not answer: everyone else is served. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { open, talk, UdpClient } from '../../daemon/client.ts';
import { canHoldPrograms, type HeldProgram, holdProgram } from '../../daemon/held-program.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { shell } from '../../daemon/programs.ts';

const quick = service('quick', { cps: '1000 1', instances: 'UNLIMITED' });
const held = { server: '@FOLDER@/server', cps: '1000 1', instances: 'UNLIMITED' };

/** `slow` and `slow-datagram`, whose program is held, and `quick`. */
async function start(): Promise<{ readonly daemon: Kinetd; readonly program: HeldProgram }> {
  const daemon = await startKinetd({
    files: {
      'x.conf': quick + service('slow', held) + service('slow-datagram', { ...held, socket_type: 'dgram' }),
      server: shell('dd bs=100 count=1 of=/dev/null 2>/dev/null\necho served\n'),
    },
    command: ['kinetd', 'run', '--grace', '1', '-f', '@FOLDER@/x.conf'],
  });
  return { daemon, program: await holdProgram(join(daemon.folder, 'server')) };
}

async function quickAnswers(daemon: Kinetd): Promise<void> {
  const address = await daemon.address('quick');
  for (let i = 0; i < 10; i++) expect((await talk(address, { send: 'x' })).text).toBe('x');
}

test.runIf(canHoldPrograms)(
  'the only client of a program that is held keeps nobody waiting, and is served when it is over',
  async () => {
    const { daemon, program } = await start();
    const client = talk(await daemon.address('slow'), { send: 'hello' });
    await program.asked();
    await quickAnswers(daemon);
    await program.letGo();
    expect((await client).text).toBe('served\n');
    // An EXIT line: its slot is free.
    await daemon.says(/^EXIT: slow status=0/m);
  },
);

test.runIf(canHoldPrograms)('nor does a datagram for it, whose socket a reload may close meanwhile', async () => {
  const { daemon, program } = await start();
  await new UdpClient().send(await daemon.address('slow-datagram'), 'hello');
  await program.asked();
  await quickAnswers(daemon);
  daemon.write('x.conf', quick);
  expect(await daemon.reload()).toContain('dropped=2');
  await quickAnswers(daemon);
  await program.letGo();
  await daemon.says(/^START: slow-datagram pid=\d+ from=127\.0\.0\.1$/m);
  await daemon.says(/^EXIT: slow-datagram /m);
});

test.runIf(canHoldPrograms)(
  'many of its clients keep nobody waiting, some of them wait in the queue of the kernel, and all are served',
  async () => {
    const { daemon, program } = await start();
    const address = await daemon.address('slow');
    const clients = Array.from({ length: 120 }, () => talk(address, { send: 'hello' }));
    await program.asked();
    await quickAnswers(daemon);
    expect(readdirSync(`/proc/${daemon.pid}/fd`).length).toBeLessThan(125);
    await program.letGo();
    expect(new Set((await Promise.all(clients)).map(({ text }) => text))).toEqual(new Set(['served\n']));
  },
);

test.runIf(canHoldPrograms)('a stop does not wait for it longer than for a server that does not end', async () => {
  const { daemon, program } = await start();
  const client = await open(await daemon.address('slow'));
  await program.asked();
  expect(await daemon.stop()).toBe(0);
  client.close();
});
