/** systemd's own programs, unpacked by test/oracle/fetch.sh, as the supervisor. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { test as each, expect } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { Kinetd, service } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { oracles } from '../../oracle/programs.ts';

const program = join(oracles, 'systemd/usr/bin/systemd-socket-activate');
const shared = join(oracles, 'libsystemd-shared/usr/lib');
const libraries = existsSync(shared) ? readdirSync(shared).map((triplet) => join(shared, triplet, 'systemd')) : [];
const activate = ['/usr/bin/env', `LD_LIBRARY_PATH=${libraries.join(':')}`, program];

/** It may lack libraries of the system, besides not being there. */
const runs = spawnSync('/usr/bin/env', [...activate.slice(1), '--version']).status === 0;
const title = runs ? '' : ' (skipped: systemd-socket-activate cannot be run, see test/oracle/fetch.sh)';

each.skipIf(!runs)(`systemd-socket-activate: by name and by address, from the first client on${title}`, async () => {
  const [named, placed] = [await fixedPort(), await fixedPort()];
  const sockets = [`--listen=127.0.0.1:${named}`, `--listen=127.0.0.1:${placed}`, '--fdname=named:other'];
  const daemon = new Kinetd({
    files: { 'x.conf': service('named', {}) + service('placed', { port: placed }) },
    wrapper: [...activate, ...sockets, '/usr/bin/env', '-u', 'LD_LIBRARY_PATH'],
  });
  await daemon.says(new RegExp(`Listening on 127.0.0.1:${placed}`));
  expect((await talk({ host: '127.0.0.1', port: named }, { send: 'x' })).text).toBe('x');
  expect((await talk({ host: '127.0.0.1', port: placed }, { send: 'y' })).text).toBe('y');
  expect(daemon.errors).not.toMatch(/fits no service|bind failed/);
});
