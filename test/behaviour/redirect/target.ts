/** Where connections are redirected to: a server of the test's own. */
import { createServer, type Server, type Socket } from 'node:net';

import { onTestFinished } from 'vitest';

import type { Address } from '../../daemon/client.ts';
import { service } from '../../daemon/kinetd.ts';

/** Listens on a free port until the test ends; answers each connection with `serve`. */
export async function target(serve: (connection: Socket) => void, host = '127.0.0.1'): Promise<Address> {
  const connections = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (connection) => {
    connections.add(connection);
    connection.on('error', () => {});
    serve(connection);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  onTestFinished(() => {
    server.close();
    for (const connection of connections) connection.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { host, port: address.port };
}

/** Says everything again, when all of it has come. */
export function repeat(connection: Socket): void {
  const chunks: Buffer[] = [];
  connection.on('data', (chunk: Buffer) => chunks.push(chunk));
  connection.on('end', () => connection.end(Buffer.concat(chunks)));
}

/** A redirected service. */
export function redirected(
  id: string,
  { host, port }: Address,
  attributes: Readonly<Record<string, string | number>> = {},
): string {
  const log = 'HOST PID EXIT DURATION TRAFFIC';
  const text = service(id, { redirect: `${host} ${port}`, log_on_success: log, ...attributes });
  return text.replace(/^\tserver = .*\n/m, '');
}
