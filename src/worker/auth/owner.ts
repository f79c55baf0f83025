/**
 * Whose a TCP connection of this machine is. The kernel is asked for the one connection; what it does not find that way is
 * looked for in /proc/net/tcp and /proc/net/tcp6 (proc_net_tcp(5)), which everybody may read, and which takes the longer
 * the more connections there are. Addresses stand there as the machine has their words in memory, in hexadecimal.
 *
 * A connection that no process has (one that was closed and not yet ended, or not yet accepted) has no inode, and with
 * older kernels the user 0: it is nobody's.
 */
import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';

import { type IpAddress, parseIp, unmapIp } from '../../address/mod.ts';
import { findConnection, SystemError } from '../../os/mod.ts';

/** No connection any more: its line has no owner, or that of a listening socket. */
const pastStates: ReadonlySet<string> = new Set(['06', '07', '0A']);

interface End {
  readonly address: string;
  readonly port: number;
}

/**
 * @param find what asks the kernel
 * @returns undefined when there is no such connection, or nobody has it
 * @throws when the system does not tell
 */
export async function ownerOf(
  local: End,
  remote: End,
  find: typeof findConnection = findConnection,
): Promise<number | undefined> {
  const [ours, theirs] = [plainIp(local.address), plainIp(remote.address)];
  if (ours === undefined || theirs?.family !== ours.family) throw new Error('no two addresses of one family');
  const found = orNothing(() =>
    find({ bytes: ours.bytes, port: local.port }, { bytes: theirs.bytes, port: remote.port }),
  );
  if (found !== undefined) return found.uid;
  const tables = ours.family === 'inet' ? ['tcp', 'tcp6'] : ['tcp6'];
  for (const table of tables) {
    const mapped = table === 'tcp6' && ours.family === 'inet';
    const pair = [ours, theirs].map((ip) => hex(mapped ? mappedBytes(ip) : ip.bytes));
    const uid = ownerIn(
      await tableText(table, mapped),
      `${pair[0]}:${hexPort(local.port)}`,
      `${pair[1]}:${hexPort(remote.port)}`,
    );
    if (uid !== undefined) return uid;
  }
  return undefined;
}

function orNothing<Value>(ask: () => Value): Value | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

/** @param text a table as the kernel has it */
export function ownerIn(text: string, local: string, remote: string): number | undefined {
  for (const line of text.split('\n')) {
    const [, own, other, state = '', , , , uid = '', , inode = ''] = line.trim().split(/\s+/);
    if (own !== local || other !== remote || pastStates.has(state)) continue;
    if (/^\d+$/.test(uid) && /^[1-9]\d*$/.test(inode)) return Number(uid);
  }
  return undefined;
}

/** @param optional a machine without the family has no table of it */
async function tableText(name: string, optional: boolean): Promise<string> {
  try {
    return await readFile(`/proc/net/${name}`, 'latin1');
  } catch (error) {
    if (optional && error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function plainIp(address: string): IpAddress | undefined {
  const ip = parseIp(address.replace(/%.*$/, ''));
  return ip === undefined ? undefined : unmapIp(ip);
}

function mappedBytes({ bytes }: IpAddress): Uint8Array {
  return Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...bytes]);
}

/** Words of four bytes in the machine's own order. */
export function hex(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const word = Array.from(bytes.subarray(at, at + 4), (byte) => byte.toString(16).padStart(2, '0'));
    text += (endianness() === 'LE' ? word.toReversed() : word).join('');
  }
  return text.toUpperCase();
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}
