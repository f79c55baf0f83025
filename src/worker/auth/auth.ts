/**
 * The internal service `auth` for one connection: hears one question, answers it (answer.ts), and closes. A question has a
 * length and a time. All of it is looked up with the rights of the worker, which are nobody's: of a user's home it sees what
 * everybody may see.
 */
import { randomInt } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

import type { AuthAnswers } from '../../model/mod.ts';
import { type Descriptor, userById, userByName } from '../../os/mod.ts';
import { socketOf } from '../flow/mod.ts';
import type { AuthJob } from '../protocol.ts';
import { type AuthWorld, authAnswer } from './answer.ts';
import { ownerOf } from './owner.ts';

/** RFC 1413: a question is at most 1000 characters. */
const longestQuestion = 1000;
/** Of a file in a home. */
const mostBytes = 1024;
/** FreeBSD's random names: as long as a name can be there. */
const randomLength = 32;
const letters = '0123456789abcdefghijklmnopqrstuvwxyz';

/**
 * @param connection belongs to this from now on; closed when there is no memory for it
 * @param ended called once, when it is closed
 * @returns ends it at once
 */
export function answerAuth(
  { answers, client, local }: AuthJob,
  connection: Descriptor,
  ended: (traffic: { readonly received: number; readonly sent: number }) => void,
): () => void {
  const socket = socketOf(connection);
  if (socket === undefined) {
    ended({ received: 0, sent: 0 });
    return () => {};
  }
  const timer = setTimeout(() => socket.destroy(), answers.milliseconds);
  // A client that has gone; `close` follows.
  socket.on('error', () => {});
  socket.once('close', () => {
    clearTimeout(timer);
    ended({ received: socket.bytesRead, sent: socket.bytesWritten });
  });
  hear(socket, (question) => void reply(socket, question, answers, worldOf(client.address, local.address)));
  return () => socket.destroy();
}

/** Calls back once, with the first line; without one the connection is closed. */
function hear(socket: Socket, heard: (question: string) => void): void {
  let text = '';
  let done = false;
  const take = (): void => {
    const [line] = /^.*?(?=\r?\n)/.exec(text) ?? [];
    if (done || (line === undefined && text.length < longestQuestion)) return;
    done = true;
    if (line === undefined) socket.destroy();
    else heard(line);
  };
  socket.on('data', (bytes: Buffer) => {
    if (done) return;
    text += bytes.toString('latin1');
    take();
  });
  socket.once('end', () => {
    if (!done) socket.end();
  });
}

async function reply(socket: Socket, question: string, answers: AuthAnswers, world: AuthWorld): Promise<void> {
  socket.end(`${await authAnswer(question, answers, world)}\r\n`, 'latin1');
}

function worldOf(remote: string, local: string): AuthWorld {
  return {
    owner: (localPort, remotePort) =>
      ownerOf({ address: local, port: localPort }, { address: remote, port: remotePort }),
    nameOf: (uid) => userById(uid)?.name,
    isUser: (name) => userByName(name) !== undefined,
    hasFile: async (name, file) => {
      const home = await homeOf(name);
      return home === undefined ? undefined : exists(`${home}/${file}`);
    },
    readFile: async (name, file) => {
      const home = await homeOf(name);
      return home === undefined ? undefined : beginningOf(`${home}/${file}`);
    },
    random: () => Array.from({ length: randomLength }, () => letters.charAt(randomInt(letters.length))).join(''),
  };
}

/** Of passwd(5) alone: other sources of names tell the daemon no homes. */
async function homeOf(name: string): Promise<string | undefined> {
  const text = await readFile('/etc/passwd', 'latin1').catch(() => '');
  const line = text.split('\n').find((each) => each.startsWith(`${name}:`));
  const home = line?.split(':')[5];
  return home?.startsWith('/') === true ? home : undefined;
}

async function exists(path: string): Promise<boolean | undefined> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? false : undefined;
  }
}

async function beginningOf(path: string): Promise<string | undefined> {
  try {
    // Neither somebody else's file nor a pipe.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) return undefined;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(mostBytes), 0, mostBytes, 0);
      return buffer.toString('latin1', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
