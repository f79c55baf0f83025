/** Who a server is. What needs root to change identities is skipped for others. */
import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { isRoot, type KinetdOptions, service, startKinetd } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';

interface Identity {
  readonly uid: string | undefined;
  readonly gid: string | undefined;
  readonly groups: string | undefined;
}

/** Real, effective, saved and filesystem ids, as proc(5) shows them. */
function identity(status: string): Identity {
  const field = (name: string): string | undefined =>
    status.match(new RegExp(`^${name}:[\\t ]*(.*?)[\\t ]*$`, 'm'))?.[1];
  return { uid: field('Uid'), gid: field('Gid'), groups: field('Groups') };
}

async function identityOf(
  attributes: Readonly<Record<string, string | number>>,
  options: Partial<KinetdOptions> = {},
): Promise<Identity> {
  const entry = service('show', { server: '/bin/cat', server_args: '/proc/self/status', ...attributes });
  const daemon = await startKinetd({ files: { 'x.conf': entry }, ...options });
  return identity((await talk(await daemon.address('show'))).text);
}

const four = (id: number): string => `${id}\t${id}\t${id}\t${id}`;
const nobody = 65_534;
/** Groups of the daemon that must not reach a server. */
const withGroups: Partial<KinetdOptions> = { wrapper: ['setpriv', '--groups', '4,24,0'] };

test.runIf(isRoot)('user gives all ids and the primary group, and no group of the daemon stays', async () => {
  expect(await identityOf({ user: 'nobody' }, withGroups)).toEqual({
    uid: four(nobody),
    gid: four(nobody),
    groups: '',
  });
});

test.runIf(isRoot)('user = root drops the groups of the daemon too', async () => {
  expect(await identityOf({ user: 'root' }, withGroups)).toEqual({ uid: four(0), gid: four(0), groups: '' });
});

test.runIf(isRoot)('group takes the place of the primary group', async () => {
  expect(await identityOf({ user: 'nobody', group: 'daemon' })).toEqual({
    uid: four(nobody),
    gid: four(1),
    groups: '',
  });
});

test.runIf(isRoot)("groups = yes gives the user's groups", async () => {
  expect(await identityOf({ user: 'nobody', group: 'daemon', groups: 'yes' }, withGroups)).toEqual({
    uid: four(nobody),
    gid: four(1),
    groups: String(nobody),
  });
});

test.runIf(isRoot)('a number is a user without an entry in passwd', async () => {
  expect(await identityOf({ user: 54_321 })).toEqual({ uid: four(54_321), gid: four(54_321), groups: '' });
});

test.runIf(isRoot)('a server that is not root cannot become root again', async () => {
  const entry = service('show', { server: '/bin/cat', server_args: '/proc/self/status', user: 'nobody' });
  const daemon = await startKinetd({ files: { 'x.conf': entry } });
  const { text } = await talk(await daemon.address('show'));
  expect(text).toMatch(/^CapEff:\s*0+$/m);
  expect(text).toMatch(/^CapPrm:\s*0+$/m);
});

test.runIf(isRoot)('the daemon itself stays who it is, and so does the next server', async () => {
  const show = (id: string, user: string): string =>
    service(id, { server: '/bin/cat', server_args: '/proc/self/status', user });
  const daemon = await startKinetd({ files: { 'x.conf': show('low', 'nobody') + show('high', 'root') } });
  const ask = async (id: string): Promise<string | undefined> =>
    identity((await talk(await daemon.address(id))).text).uid;
  expect([await ask('low'), await ask('high'), await ask('low')]).toEqual([four(nobody), four(0), four(nobody)]);
});

test.runIf(isRoot)('user:group and user.group of an inetd.conf', async () => {
  const [colon, dot] = [await fixedPort(), await fixedPort()];
  const line = (port: number, user: string): string =>
    `127.0.0.1:${port} stream tcp nowait ${user} /bin/cat cat /proc/self/status\n`;
  const daemon = await startKinetd({
    files: { 'inetd.conf': line(colon, 'nobody:daemon') + line(dot, 'nobody.daemon') },
  });
  await daemon.address(String(dot));
  for (const port of [colon, dot]) {
    const { uid, gid } = identity((await talk({ host: '127.0.0.1', port })).text);
    expect([uid, gid]).toEqual([four(nobody), four(1)]);
  }
});

test.skipIf(isRoot)('without root a server is who the daemon is', async () => {
  const uid = process.getuid?.() ?? -1;
  expect((await identityOf({})).uid).toBe(four(uid));
});
