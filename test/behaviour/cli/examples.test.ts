/** `kinetd examples`, which `npm start` runs: what a person sees who has just cloned the project. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { catalogue } from '../../../src/cli/examples/catalogue.ts';

const program = fileURLToPath(new URL('../../../bin/kinetd', import.meta.url));
const started: ChildProcess[] = [];

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

/** Starts the examples and waits for their table. */
async function examples(ports: ReadonlyMap<string, number>): Promise<{ child: ChildProcess; table: string }> {
  const words = [...ports].flatMap(([name, port]) => ['--port', `${name}=${port}`]);
  const child = spawn(process.execPath, [program, 'examples', ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let said = '';
  let table = '';
  const shown = new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk) => {
      said += String(chunk);
    });
    child.stdout.on('data', (chunk) => {
      table += String(chunk);
      if (table.includes('Ctrl-C ends them')) resolve();
    });
  });
  const ended = once(child, 'exit').then(([status]) => {
    throw new Error(`ended with status ${status} before it had shown its table:\n${table}${said}`);
  });
  await Promise.race([shown, ended]);
  ended.catch(() => undefined);
  return { child, table };
}

async function freePorts(): Promise<Map<string, number>> {
  const ports = new Map<string, number>();
  for (const { name, protocol } of catalogue)
    ports.set(name, await (protocol === 'tcp' ? freeTcpPort() : freeUdpPort()));
  return ports;
}

async function freeTcpPort(): Promise<number> {
  const server = await listening();
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

async function listening(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

async function interrupt(child: ChildProcess): Promise<number | null> {
  const exit = once(child, 'exit');
  child.kill('SIGINT');
  await exit;
  return child.exitCode;
}

test('has a line for every example, serves those that are on, and leaves nothing behind', async () => {
  const ports = await freePorts();
  const { child, table } = await examples(ports);
  for (const { name, protocol } of catalogue) {
    const on = new RegExp(`^${name} +${protocol} +127\\.0\\.0\\.1:${ports.get(name)} `, 'm');
    const off = new RegExp(`^${name} is off: .+ \\(apt-get install `, 'm');
    expect(on.test(table) || off.test(table), `${name} in\n${table}`).toBe(true);
  }
  const url = /curl (http:\S+)/.exec(table)?.[1];
  if (url !== undefined) {
    const answer = await fetch(url, { headers: { 'x-marked': '<up>' } });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('GET / HTTP/1.1<br>');
  }
  const folder = /(\/\S*kinetd-examples-\w+)\//.exec(table)?.[1];
  if (folder !== undefined) expect(existsSync(folder)).toBe(true);
  expect(await interrupt(child)).toBe(0);
  if (folder !== undefined) expect(existsSync(folder)).toBe(false);
});

test('says which port another program has, and runs the others', async () => {
  const other = await listening();
  const { child, table } = await examples(new Map([...(await freePorts()), ['lower', portOf(other)]]));
  expect(table).toMatch(new RegExp(`^lower (waits: another program has tcp port ${portOf(other)} |is off: )`, 'm'));
  expect(table).toMatch(/^upper +(udp|is off: )/m);
  expect(await interrupt(child)).toBe(0);
  other.close();
});
