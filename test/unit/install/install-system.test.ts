/** npm run install-system: what it puts where, that it runs from there, and that it can be taken away again. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { root, testFolder } from '../../daemon/kinetd.ts';
import { oracles } from '../../oracle/programs.ts';

function installSystem(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    '/bin/sh',
    ['-c', 'umask 077; exec "$@"', 'sh', process.execPath, join(root, 'packaging/install.js'), ...words],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

/** Every file below a folder. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name));
}

test('the program runs from its place, and everybody can read it whatever the umask is', () => {
  const prefix = join(testFolder(), 'usr');
  expect(installSystem('--prefix', prefix)).toMatchObject({ status: 0, stderr: '' });
  const program = join(prefix, 'bin/kinetd');
  expect(readlinkSync(program)).toBe('../lib/kinetd/bin/kinetd');
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', cwd: '/' });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(filesOf(prefix).filter((path) => (statSync(path).mode & 0o044) !== 0o044)).toEqual([]);
  expect(readFileSync(join(prefix, 'lib/systemd/system/kinetd.service'), 'utf8')).toContain(`=${program} run`);
});

test('every folder and file that it makes is told, and taken away again', () => {
  const destdir = testFolder();
  const { stdout } = installSystem('--prefix', '/usr', '--destdir', destdir);
  const told = [...stdout.matchAll(/^installed (.*)$/gm)].map(([, path]) => path ?? '');
  expect(told).toContain(`${destdir}/etc/logrotate.d/kinetd`);
  expect(filesOf(destdir).filter((path) => !told.some((each) => path.startsWith(each)))).toEqual([]);
  const text = readFileSync(join(destdir, 'usr/lib/systemd/system/kinetd.service'), 'utf8');
  expect(text).toContain('ExecStart=/usr/bin/kinetd run');
  expect(installSystem('--prefix', '/usr', '--destdir', destdir, '--uninstall').status).toBe(0);
  expect(filesOf(destdir)).toEqual([]);
});

test('a new installation takes the place of the old one, and leaves nothing of it', () => {
  const prefix = testFolder();
  installSystem('--prefix', prefix);
  writeFileSync(join(prefix, 'lib/kinetd/dist/old.js'), '');
  expect(installSystem('--prefix', prefix).status).toBe(0);
  expect(existsSync(join(prefix, 'lib/kinetd/dist/old.js'))).toBe(false);
});

test.each([[], ['--uninstall']])("a folder of somebody else's stays: %s", (...words) => {
  const prefix = testFolder();
  mkdirSync(join(prefix, 'lib/kinetd'), { recursive: true });
  writeFileSync(join(prefix, 'lib/kinetd/precious'), '');
  expect(installSystem('--prefix', prefix, ...words).status).toBe(1);
  expect(filesOf(prefix)).toEqual([join(prefix, 'lib/kinetd/precious')]);
});

test.each([[['--prefix', 'relative']], [['--destdir', 'relative']], [['--bogus']], [['word']]])(
  'wrong usage changes nothing, with status 2: %s',
  (words) => {
    expect(installSystem(...words)).toMatchObject({ status: 2, stdout: '' });
  },
);

const analyze = join(oracles, 'systemd/usr/bin/systemd-analyze');
const shared = join(oracles, 'libsystemd-shared/usr/lib');
const libraries = existsSync(shared) ? readdirSync(shared).map((triplet) => join(shared, triplet, 'systemd')) : [];
const environment = { ...process.env, LD_LIBRARY_PATH: libraries.join(':') };
const analyzes = spawnSync(analyze, ['--version'], { env: environment }).status === 0;
const lack = analyzes ? '' : ' (skipped: systemd-analyze cannot be run, see test/oracle/fetch.sh)';

test.skipIf(!analyzes)(`systemd finds nothing wrong with the units${lack}`, () => {
  const prefix = testFolder();
  installSystem('--prefix', prefix);
  const service = join(prefix, 'lib/systemd/system/kinetd.service');
  const socket = join(prefix, 'lib/systemd/system/kinetd.socket');
  writeFileSync(socket, readFileSync(join(root, 'contrib/kinetd.socket')));
  const verify = (...units: readonly string[]): string =>
    spawnSync(analyze, ['verify', '--man=no', ...units], { encoding: 'utf8', env: environment }).stderr;
  expect(verify(service, socket)).toBe('');
  writeFileSync(service, readFileSync(service, 'utf8').replace('WatchdogSec=', 'WatchdogSeconds='));
  expect(verify(service)).toMatch(/Unknown key/);
});
