/**
 * The sockets that are bound, from /proc/net/{tcp,tcp6,udp,udp6} (proc_net(5)), and who holds each, from the links of
 * /proc/PID/fd that may be read. Nothing is connected to.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

import { formatIp, unmapIp } from '../../address/mod.ts';
import type { BoundSocket } from '../../check/mod.ts';

interface Row {
  readonly protocol: BoundSocket['protocol'];
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

export function boundSockets(): readonly BoundSocket[] {
  const rows = (['tcp', 'udp'] as const).flatMap((protocol) =>
    [protocol, `${protocol}6`].flatMap((file) => rowsOf(protocol, textOf(`/proc/net/${file}`))),
  );
  const holders = holdersOf(new Set(rows.map(({ inode }) => inode)));
  return rows.map(({ inode, ...socket }) => ({ ...socket, holder: holders.get(inode) }));
}

/** The TCP state LISTEN. */
const listening = '0A';

/** Rows of such a file: listening sockets of TCP, all of UDP that have a port and no fixed peer. */
export function rowsOf(protocol: BoundSocket['protocol'], text: string): readonly Row[] {
  return text.split('\n').flatMap((line) => {
    const [, local = '', remote = '', state, , , , , , inode = ''] = line.trim().split(/\s+/);
    const [, hex = '', port = ''] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local) ?? [];
    const waits = protocol === 'tcp' ? state === listening : /^0+:0000$/.test(remote);
    if (port === '' || !waits) return [];
    return [{ protocol, address: addressOf(hex), port: Number.parseInt(port, 16), inode }];
  });
}

/** Words of 32 bits in the order of the machine, which is little-endian wherever Node runs but on s390x. */
function addressOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  if (littleEndian) bytes.swap32();
  return formatIp(unmapIp({ family: bytes.length === 4 ? 'inet' : 'inet6', bytes: new Uint8Array(bytes) }));
}

const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

function holdersOf(inodes: ReadonlySet<string>): ReadonlyMap<string, { readonly pid: number; readonly name: string }> {
  const holders = new Map<string, { readonly pid: number; readonly name: string }>();
  for (const pid of namesIn('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of namesIn(`/proc/${pid}/fd`)) {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${descriptor}`)) ?? [];
      // The oldest process is the daemon; those that inherited the socket come later.
      if (inode === undefined || !inodes.has(inode) || holders.has(inode)) continue;
      holders.set(inode, { pid: Number(pid), name: nameOf(pid) });
    }
  }
  return holders;
}

/** Of a Node program the name of its script, since all are called node. */
function nameOf(pid: string): string {
  const words = textOf(`/proc/${pid}/cmdline`).split('\0');
  const script = words.slice(0, 3).find((word) => /(^|\/)(kinetd|bin\/xinetd|bin\/inetd)$/.test(word));
  return script === undefined ? textOf(`/proc/${pid}/comm`).trim() : 'kinetd';
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
