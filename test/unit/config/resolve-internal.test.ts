/** Internal services and those behind tcpmux: what selects them, what they need, what does not go with them. */
import { describe, expect, test } from 'vitest';

import type { Settings } from '../../../src/config/definition.ts';
import { codesOf, definition, inetdLines, onlyService } from './definitions.ts';
import { fakeSystem } from './fake-system.ts';

const system = fakeSystem();
const none = { user: undefined, server: undefined };
const types = (...words: string[]): Settings['type'] => new Set(words) as Settings['type'];
const internal = { type: types('INTERNAL', 'UNLISTED'), ...none };

describe('an internal service', () => {
  test.each(['echo', 'discard', 'daytime', 'time', 'chargen'])('%s, over TCP and UDP', async (name) => {
    const stream = await onlyService([definition(name, internal)], system);
    expect([stream.server, stream.wait]).toEqual([{ kind: 'builtin', name }, false]);
    const udp = { ...internal, socket_type: 'dgram' } as const;
    expect((await onlyService([definition(name, udp)], system)).server).toEqual({ kind: 'builtin', name });
  });

  test('tcpmux, services and servers are of TCP alone', async () => {
    expect((await onlyService([definition('tcpmux', internal)], system)).server).toEqual({ kind: 'tcpmux' });
    for (const name of ['services', 'servers']) {
      expect((await onlyService([definition(name, internal)], system)).server).toEqual({ kind: 'listing', name });
    }
    for (const name of ['tcpmux', 'services', 'servers']) {
      const udp = { ...internal, socket_type: 'dgram' } as const;
      expect(await codesOf([definition(name, udp)], system)).toEqual(['no-such-internal-service']);
    }
  });

  test('is chosen by its name and not by its id; others there are none', async () => {
    const named = await onlyService([definition('echo', { ...internal, id: 'mine' })], system);
    expect([named.id, named.server]).toEqual(['mine', { kind: 'builtin', name: 'echo' }]);
    for (const name of ['mine', 'ECHO', 'xadmin', 'constructor']) {
      expect(await codesOf([definition(name, { ...internal, id: 'echo' })], system)).toEqual([
        'no-such-internal-service',
      ]);
    }
  });

  test('waits for datagrams and not for connections, whatever it says', async () => {
    for (const wait of [true, false]) {
      expect((await onlyService([definition('echo', { ...internal, wait })], system)).wait).toBe(false);
      const udp = { ...internal, socket_type: 'dgram', wait } as const;
      expect((await onlyService([definition('echo', udp)], system)).wait).toBe(true);
    }
  });

  test('needs neither user nor program, nor root for a user', async () => {
    const ordinary = fakeSystem({ uid: 1000, gid: 1001 });
    expect(await codesOf([definition('echo', { ...internal, user: 'root' })], ordinary)).toEqual([]);
    expect(await codesOf([definition('echo', { ...internal, port: undefined })], system)).toEqual([
      'missing-attribute',
    ]);
  });

  test('of an inetd.conf', async () => {
    expect((await onlyService(inetdLines('echo stream tcp nowait root internal'), system)).server).toEqual({
      kind: 'builtin',
      name: 'echo',
    });
    expect(await codesOf(inetdLines('telnet stream tcp nowait root internal'), system)).toEqual([
      'no-such-internal-service',
    ]);
  });
});

describe('a service behind tcpmux', () => {
  const behind = { type: types('TCPMUX', 'UNLISTED'), protocol: 'tcp', port: undefined };

  test('has no port, and says whether it greets its clients itself', async () => {
    const plain = await onlyService([definition('x', behind)], system);
    expect([plain.endpoints, plain.behindTcpmux]).toEqual([[], { greeting: 'server' }]);
    const plus = await onlyService([definition('x', { ...behind, type: types('TCPMUXPLUS', 'UNLISTED') })], system);
    expect(plus.behindTcpmux).toEqual({ greeting: 'tcpmux' });
  });

  test('may be internal', async () => {
    const type = types('TCPMUX', 'INTERNAL', 'UNLISTED');
    expect((await onlyService([definition('echo', { ...behind, ...none, type })], system)).server.kind).toBe('builtin');
  });

  test('is unlisted, of TCP, and does not wait', async () => {
    expect(await codesOf([definition('x', { ...behind, type: types('TCPMUX') })], system)).toEqual(['bad-tcpmux']);
    expect(await codesOf([definition('x', { ...behind, wait: true })], system)).toContain('bad-tcpmux');
    const udp = { ...behind, protocol: 'udp', socket_type: 'dgram', wait: true } as const;
    expect(await codesOf([definition('x', udp)], system)).toContain('bad-tcpmux');
  });

  test('of an inetd.conf', async () => {
    const service = await onlyService(inetdLines('tcpmux/+own stream tcp nowait root /bin/cat'), system);
    expect([service.name, service.behindTcpmux]).toEqual(['own', { greeting: 'tcpmux' }]);
  });
});
