/** What holds for every configuration, whatever is in its files. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { describeTable, load } from '../../src/config/mod.ts';
import { fakeFiles } from '../unit/config/fake-files.ts';
import { fakeSystem } from '../unit/config/fake-system.ts';

const bytes = fc.string({
  unit: fc.integer({ min: 1, max: 255 }).map((byte) => String.fromCharCode(byte)),
  maxLength: 200,
});
const attribute = fc.constantFrom(
  'type = UNLISTED',
  'type = INTERNAL',
  'id = x',
  'socket_type = stream',
  'socket_type = dgram',
  'socket_type = raw',
  'protocol = udp',
  'protocol = icmp',
  'wait = no',
  'wait = yes',
  'user = alice',
  'user = 12',
  'group = staff',
  'groups = yes',
  'server = /bin/cat',
  'server = /nowhere',
  'server = \xff',
  'server_args = a # b',
  'port = 9000',
  'port = 0',
  'bind = ::1',
  'bind = nowhere',
  'flags = IPv4 NAMEINARGS',
  'flags = IPv6 IPv4',
  'v6only = yes',
  'only_from = 127.0.0.1 nobody.example .example',
  'no_access =',
  'env = A=1 REMOTE_HOST=x __proto__=1',
  'passenv = PATH __proto__ constructor',
  'rlimit_as = UNLIMITED',
  'rlimit_files = 9999999',
  'nice = -20',
  'cps = 0 0',
  'redirect = 127.0.0.1 80',
  'disable = yes',
  'log_type = FILE /x 1',
  'access_times = 1:00-2:00',
  'max_load = 3',
  'enabled = x',
);
const entry = fc
  .tuple(
    fc.constantFrom('service x', 'service echo', 'service __proto__', 'defaults'),
    fc.array(attribute, { maxLength: 12 }),
  )
  .map(([header, lines]) => `${header}\n{\n${lines.join('\n')}\n}\n`);
const inetdLine = fc.constantFrom(
  '9000 stream tcp nowait root /bin/cat\n',
  'echo dgram udp wait alice.staff /bin/sh\n',
  '__proto__ stream tcp6 nowait root /bin/cat\n',
  '[::1]:9000 stream tcp46 nowait root internal\n',
  'x stream unix wait root /bin/cat\n',
);
const file = fc.oneof(
  fc.array(entry, { maxLength: 5 }).map((entries) => entries.join('')),
  fc.array(inetdLine, { maxLength: 5 }).map((lines) => lines.join('')),
  fc.tuple(entry, bytes).map((parts) => parts.join('')),
  bytes,
  fc.constantFrom('include /a\n', 'includedir /d\n'),
);

test('no content of files makes load() throw, and each definition is accounted for', async () => {
  await fc.assert(
    fc.asyncProperty(file, file, file, fc.boolean(), async (a, b, c, root) => {
      const access = fakeFiles({ '/a': a, '/b': b, '/d': ['c', 'gone', 'x.y'], '/d/c': c });
      const machine = root ? {} : { uid: 1000, gid: 1001 };
      const table = await load({ paths: ['/a', '/b', '/d', '/nowhere'] }, fakeSystem(machine), access);
      JSON.stringify(describeTable(table));
      const refused = table.entries.filter(({ state }) => state === 'refused').length;
      const errors = table.diagnostics.filter(({ severity }) => severity === 'error').length;
      expect(errors).toBeGreaterThanOrEqual(refused);
      for (const { state, ...ready } of table.entries) {
        if (state !== 'ready' || !('service' in ready)) continue;
        expect(ready.service.endpoints.length > 0).toBe(ready.service.behindTcpmux === undefined);
        const { server } = ready.service;
        const environment = server.kind === 'program' ? server.launch.environment : [];
        expect(environment.some((text) => text.startsWith('REMOTE_HOST='))).toBe(false);
      }
    }),
    { numRuns: 300 },
  );
});
