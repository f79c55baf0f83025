/** The internal service `auth`: whose is a connection of this machine (RFC 1413). */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { type Address, open, talk } from '../../daemon/client.ts';
import { currentUser, Kinetd, startKinetd } from '../../daemon/kinetd.ts';
import { internal } from './entry.ts';

/** A connection of the user who runs the tests, as a question. */
async function connection(host = '127.0.0.1'): Promise<string> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, host);
  await once(socket, 'connect');
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  return `${socket.localPort}, ${socket.remotePort}`;
}

async function ask(address: Address, question: string): Promise<string> {
  return (await talk(address, { send: `${question}\r\n` })).text;
}

test('tells the user of a connection between the same two addresses, and hides everybody without -r', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf':
        internal('auth', { id: 'real', server_args: '-r' }) +
        internal('auth', { id: 'hidden' }) +
        internal('auth', { id: 'random', server_args: '-r -g -d nat' }) +
        internal('auth', { id: 'odd', server_args: '-r -i -o OTHER -d nat' }) +
        internal('auth', { id: 'six', server_args: '-r', bind: '::1' }) +
        internal('auth', { id: 'slow', server_args: '-rt 0.2' }),
    },
  });
  const question = await connection();
  const pair = question.replace(',', ' ,');
  const real = await daemon.address('real');
  expect(await ask(real, question)).toBe(`${pair} : USERID : UNIX : ${currentUser()}\r\n`);
  expect(await ask(real, '1, 2')).toBe('1 , 2 : ERROR : NO-USER\r\n');
  expect(await ask(real, 'hello')).toBe('0 , 0 : ERROR : INVALID-PORT\r\n');
  expect(await ask(await daemon.address('hidden'), question)).toBe(`${pair} : ERROR : HIDDEN-USER\r\n`);
  const random = await daemon.address('random');
  const [one, other] = [await ask(random, question), await ask(random, question)];
  expect(one).toMatch(/ : USERID : UNIX : [0-9a-z]{32}\r\n$/);
  expect(other).not.toBe(one);
  const odd = await daemon.address('odd');
  expect(await ask(odd, question)).toBe(`${pair} : USERID : OTHER : ${process.getuid?.()}\r\n`);
  expect(await ask(odd, '1, 2')).toBe('1 , 2 : USERID : OTHER : nat\r\n');
  const six = await connection('::1');
  expect(await ask(await daemon.address('six'), six)).toContain(` : USERID : UNIX : ${currentUser()}\r\n`);
  // The connection is between other addresses than the question came over.
  expect(await ask(await daemon.address('six'), question)).toContain('NO-USER');
  // Who asks nothing is closed when the time is over, and a question may come in pieces.
  const silent = await open(await daemon.address('slow'));
  expect(await silent.closed()).toBe('');
  const pieces = await open(real);
  pieces.write(question.slice(0, 3));
  expect(await ask(real, question)).toContain('USERID');
  pieces.write(`${question.slice(3)}\n`);
  await pieces.receive(new RegExp(`USERID : UNIX : ${currentUser()}\r\n`));
});

test('is a line of an inetd.conf with flags behind it, and a wrong flag refuses it', async () => {
  const check = async (flags: string): Promise<string> => {
    const line = `# kinetd: dialect freebsd\nauth stream tcp nowait root internal auth ${flags}\n`;
    const daemon = new Kinetd({
      files: { 'inetd.conf': line },
      command: ['kinetd', 'check', '-f', '@FOLDER@/inetd.conf'],
    });
    await daemon.ended();
    return daemon.errors + daemon.output;
  };
  expect(await check('-r -f -n -o OTHER -t 30.5')).toContain('1 service ready');
  for (const wrong of ['-x', 'name', '-t', '-t soon', '-o a:b', '-t 0']) {
    expect(await check(wrong)).toContain('error[bad-auth-flag]');
  }
});
