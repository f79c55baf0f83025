/** Stream services that wait: the server gets the listening socket, accepts by itself, and has it to itself. */
import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { currentUser, type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { children } from '../../daemon/processes.ts';
import { python, python3, shell } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';

/** Serves one connection until the client closes it. */
const acceptsOne = python(`
import fcntl, os, socket
listener = socket.socket(fileno=0)
blocking = not fcntl.fcntl(0, fcntl.F_GETFL) & os.O_NONBLOCK
client, peer = listener.accept()
client.sendall(f"pid={os.getpid()} blocking={blocking} port={listener.getsockname()[1]} from={peer[0]} REMOTE_HOST={os.environ['REMOTE_HOST']}\\n".encode())
while client.recv(100): pass
`);

function configuration(attributes: Readonly<Record<string, string | number>> = {}): Readonly<Record<string, string>> {
  return { 'x.conf': service('waiter', { wait: 'yes', server: '@FOLDER@/server', ...attributes }), server: acceptsOne };
}

function starts(daemon: Kinetd): number {
  return daemon.errors.match(/^START: /gm)?.length ?? 0;
}

test.skipIf(python3 === undefined)('the server accepts on a blocking listening socket of its own', async () => {
  const daemon = await startKinetd({ files: configuration() });
  const address = await daemon.address('waiter');
  const { text } = await talk(address);
  expect(text).toMatch(
    new RegExp(`^pid=\\d+ blocking=True port=${address.port} from=127\\.0\\.0\\.1 REMOTE_HOST=<no address>\\n$`),
  );
  const pid = /pid=(\d+)/.exec(text)?.[1];
  await daemon.says(new RegExp(`^START: waiter pid=${pid} from=<no address>$`, 'm'));
  await daemon.says(new RegExp(`^EXIT: waiter status=0 pid=${pid} duration=\\d+\\(sec\\)$`, 'm'));
});

test.skipIf(python3 === undefined)('after it has ended the next connection starts a new server', async () => {
  const daemon = await startKinetd({ files: configuration() });
  const address = await daemon.address('waiter');
  const pids = new Set<string | undefined>();
  for (let visit = 0; visit < 3; visit++) pids.add(/pid=(\d+)/.exec((await talk(address)).text)?.[1]);
  expect(pids.size).toBe(3);
  expect(starts(daemon)).toBe(3);
});

test.skipIf(python3 === undefined)('connections that queue while a server runs are all served', async () => {
  const daemon = await startKinetd({ files: configuration() });
  const address = await daemon.address('waiter');
  const first = await open(address);
  await first.receive(/pid=/);
  const queued = await Promise.all([open(address), open(address), open(address)]);
  expect(children(daemon.pid)).toHaveLength(1);
  first.close();
  const served: string[] = [];
  const waiting = new Set(queued);
  while (waiting.size > 0) {
    const next = await Promise.race([...waiting].map(async (one) => ({ one, text: await one.receive(/pid=.*\n/) })));
    expect(children(daemon.pid)).toHaveLength(1);
    served.push(next.text);
    waiting.delete(next.one);
    next.one.close();
  }
  expect(new Set(served).size).toBe(3);
});

test.skipIf(python3 === undefined)('while a server runs no second one is started', async () => {
  const daemon = await startKinetd({ files: configuration() });
  const address = await daemon.address('waiter');
  const first = await open(address);
  await first.receive(/pid=/);
  const second = await open(address);
  second.write('hello');
  // The daemon has been through its event loop since: it has answered a reload.
  await daemon.reload();
  expect(starts(daemon)).toBe(1);
  expect(children(daemon.pid)).toHaveLength(1);
});

test('a server that ends without accepting is held back by cps, and its client is served once it does', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': service('waiter', { wait: 'yes', server: '@FOLDER@/server', cps: '3 2' }),
      server: shell('exit 7\n'),
    },
  });
  const address = await daemon.address('waiter');
  const client = await open(address);
  await daemon.says(/Deactivating service waiter due to excessive incoming connections\. {2}Restarting in 2 seconds\./);
  await until(() => (daemon.errors.match(/^EXIT: waiter status=7/gm)?.length === 3 ? true : undefined));
  expect(starts(daemon)).toBe(3);
  daemon.write('server', python3 === undefined ? shell('exec sleep 60\n') : acceptsOne);
  await daemon.says(/Activating service waiter/);
  if (python3 !== undefined) await client.receive(/pid=/);
});

test.skipIf(python3 === undefined)('in an inetd.conf too', async () => {
  const port = await fixedPort();
  await startKinetd({
    files: {
      'inetd.conf': `127.0.0.1:${port} stream tcp wait ${currentUser()} @FOLDER@/server server\n`,
      server: acceptsOne,
    },
  });
  const { text } = await talk({ host: '127.0.0.1', port });
  expect(text).toContain('blocking=True');
  expect((await talk({ host: '127.0.0.1', port })).text).not.toBe(text);
});
