/**
 * Ports for daemons that cannot say which one the kernel gave them: below the range that the kernel gives to
 * clients, so that no connection of a neighbour takes one in passing, and in a slice of their own for each worker
 * of the test run. Two runs at a time can still meet; whoever starts a daemon then tries again with others.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const first = 10_000;
const slices = 40;
const sliceSize = 500;

const worker = Number(process.env['VITEST_POOL_ID'] ?? '1') - 1;
const base = first + (worker % slices) * sliceSize;
let next = Math.floor(Math.random() * sliceSize);

/** A port on which nobody listens now, over TCP or UDP, IPv4 or IPv6. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < sliceSize; attempt++) {
    const port = base + (next++ % sliceSize);
    if ((await canListen(port)) && (await canReceive(port))) return port;
  }
  throw new Error(`no free port from ${base} to ${base + sliceSize - 1}`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}

function canReceive(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp6');
    socket.once('error', () => resolve(false));
    socket.bind(port, () => socket.close(() => resolve(true)));
  });
}
