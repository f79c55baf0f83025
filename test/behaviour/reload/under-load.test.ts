/** Reloads in quick succession, each with another text, while clients come all the time. */
import { setTimeout as pause } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { type Address, open, talk, UdpClient } from '../../daemon/client.ts';
import { service, startKinetd } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { children, descriptors } from '../../daemon/processes.ts';
import { until } from '../../daemon/until.ts';
import { compiledIn } from '../../oracle/compile.ts';

const reloads = 300;
const betweenMilliseconds = 100;

/** A visitor's, between one visit and the next. */
const restMilliseconds = 40;

/** Visitors that come one after the other, several at a time, until they are told to stop. */
class Crowd {
  visits = 0;
  readonly troubles: string[] = [];
  #going = true;
  readonly #loops: Promise<void>[] = [];

  add(visit: () => Promise<string>, expected: RegExp): void {
    this.#loops.push(this.#loop(visit, expected));
  }

  async stop(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#loops);
  }

  async #loop(visit: () => Promise<string>, expected: RegExp): Promise<void> {
    while (this.#going) {
      this.visits++;
      const answer = await visit().catch(String);
      if (!expected.test(answer)) this.troubles.push(answer);
      await pause(restMilliseconds);
    }
  }
}

test('a reload every 100 ms for 30 s loses no connection, no datagram, no descriptor and no process', {
  timeout: 300_000,
}, async () => {
  const [tcp, udp, extra] = [await fixedPort(), await fixedPort(), await fixedPort()];
  const quiet = { cps: '0 1', log_on_success: '', log_on_failure: '' };
  // Hundreds are started in a second: it is to be quick.
  const server = compiledIn('test/behaviour/reload', 'answer', '-static');
  const steady = service('echo', quiet);
  const datagrams = service('udp', { ...quiet, socket_type: 'dgram', port: udp, server });
  const say = (id: string): string => service(id, { ...quiet, port: tcp, server, server_args: id });
  const texts = [
    say('one') + datagrams,
    // The port passes to another service, and a service comes.
    say('two') + datagrams + service('extra', { ...quiet, port: extra }),
    // A text with an error: what ran goes on.
    service('two', { ...quiet, port: tcp, server, server_args: 'two', nice: 'none' }) + datagrams,
    say('two') + datagrams.replace('}', '\tinstances = 3\n}'),
  ];
  const daemon = await startKinetd({
    files: { 'x.conf': steady + texts[0] },
  });
  const held = await Promise.all(Array.from({ length: 5 }, async () => open(await daemon.address('echo'))));
  for (const connection of held) connection.write('before ');
  await Promise.all(held.map((connection) => connection.receive(/before /)));
  const before = { descriptors: descriptors(daemon.pid).size, children: children(daemon.pid).length };
  const crowd = new Crowd();
  const address: Address = { host: '127.0.0.1', port: tcp };
  for (let visitor = 0; visitor < 3; visitor++) {
    crowd.add(async () => (await talk(address)).text, /^(one|two)$/);
  }
  const client = new UdpClient();
  crowd.add(async () => {
    await client.send({ host: '127.0.0.1', port: udp }, 'datagram');
    return client.answer();
  }, /^datagram$/);
  for (let count = 1; count <= reloads; count++) {
    daemon.write('x.conf', steady + texts[count % texts.length]);
    const [said] = await Promise.all([daemon.reload(), pause(betweenMilliseconds)]);
    expect(said).toMatch(/^Reconfigured: /);
  }
  await crowd.stop();
  expect(crowd.troubles).toEqual([]);
  expect(crowd.visits).toBeGreaterThan(reloads);
  for (const connection of held) connection.write('after ');
  await Promise.all(held.map((connection) => connection.receive(/^before after $/)));
  await until(() => (children(daemon.pid).length === before.children ? true : undefined));
  daemon.write('x.conf', steady + texts[0]);
  await daemon.reload();
  // The daemon may not have closed its own copies of the five connections when it was looked at before.
  expect(descriptors(daemon.pid).size).toBeLessThanOrEqual(before.descriptors);
});
