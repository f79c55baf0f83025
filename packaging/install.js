/**
 * npm run install-system -- [--prefix DIR] [--destdir DIR] [--uninstall]
 *
 * Puts a built kinetd (`npm ci`) where programs of the system are, as `make install` would, or takes it away again:
 *
 *   PREFIX/bin/kinetd            a link to PREFIX/lib/kinetd/bin/kinetd
 *   PREFIX/lib/kinetd            the program, its add-on, its dependencies, its examples, and the personalities
 *   PREFIX/lib/systemd/system, sysusers.d, tmpfiles.d      kinetd.service and what it needs; nothing is enabled or started
 *   PREFIX/share/man, PREFIX/share/doc/kinetd              manual pages, documentation, kinetd.socket as an example
 *   /etc/logrotate.d/kinetd      PREFIX/etc unless the prefix is /usr
 *
 * DESTDIR stands before all of that and in none of the files, for those who make packages. The folder PREFIX/lib/kinetd is
 * kinetd's alone and is replaced as a whole; everywhere else only the files above are touched.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const source = fileURLToPath(new URL('..', import.meta.url));
const usage = 'usage: npm run install-system -- [--prefix DIR] [--destdir DIR] [--uninstall]';

const { prefix, destdir, uninstall } = wishes();
const library = join(prefix, 'lib/kinetd');
const documentation = join(prefix, 'share/doc/kinetd');
const settings = prefix === '/usr' ? '/etc' : join(prefix, 'etc');

/** What is installed besides the library: its place, and where it comes from. `fill` puts paths into it. */
const files = [
  { to: join(prefix, 'share/man/man8/kinetd.8'), from: 'man/kinetd.8' },
  { to: join(prefix, 'share/man/man5/kinetd.conf.5'), from: 'man/kinetd.conf.5' },
  { to: join(prefix, 'lib/systemd/system/kinetd.service'), from: 'contrib/kinetd.service', fill: true },
  { to: join(prefix, 'lib/sysusers.d/kinetd.conf'), from: 'contrib/kinetd.sysusers' },
  { to: join(prefix, 'lib/tmpfiles.d/kinetd.conf'), from: 'contrib/kinetd.tmpfiles' },
  { to: join(settings, 'logrotate.d/kinetd'), from: 'contrib/kinetd.logrotate' },
];
const link = join(prefix, 'bin/kinetd');

try {
  if (uninstall) remove();
  else install();
} catch (error) {
  if (error.code === undefined) throw error;
  fail(error.message);
}

function wishes() {
  try {
    const { values } = parseArgs({
      options: {
        prefix: { type: 'string', default: '/usr/local' },
        destdir: { type: 'string', default: '' },
        uninstall: { type: 'boolean', default: false },
      },
    });
    if (!isAbsolute(values.prefix) || (values.destdir !== '' && !isAbsolute(values.destdir))) {
      fail(`the folders are absolute paths\n${usage}`, 2);
    }
    // Without an end of slashes, and without `..`.
    return { ...values, prefix: join(values.prefix, '.').replace(/(?<=.)\/$/, '') };
  } catch (error) {
    return fail(`${error.message}\n${usage}`, 2);
  }
}

function install() {
  for (const built of ['dist/bin/kinetd.js', 'build/Release/kinetd_native.node']) {
    if (!existsSync(join(source, built))) fail(`${built} is not there; run: npm ci`);
  }
  installLibrary();
  for (const { to, from, fill } of files) {
    const text = readFileSync(join(source, from), 'utf8');
    put(to, fill ? text.replaceAll('@BINDIR@', join(prefix, 'bin')) : text);
  }
  replaceFolder(documentation, (folder) => {
    for (const from of [
      'README.md',
      'LICENSE',
      'docs',
      'contrib/kinetd.socket',
      'contrib/kinetd.rules.yml',
      'contrib/kinetd-dashboard.json',
    ]) {
      cpSync(join(source, from), join(folder, from.split('/').at(-1)), { recursive: true });
    }
    rmSync(join(folder, 'docs/generate.js'));
    symlinkSync(relative(documentation, join(library, 'examples')), join(folder, 'examples'));
  });
  mkdirSync(outside(dirname(link)), { recursive: true });
  rmSync(outside(link), { force: true });
  symlinkSync(relative(dirname(link), join(library, 'bin/kinetd')), outside(link));
  say(link);
}

function installLibrary() {
  replaceFolder(library, (folder) => {
    const build = readdirSync(join(source, 'build/Release')).filter((name) => /\.(node|so)$/.test(name));
    const parts = [
      'package.json',
      'LICENSE',
      'bin',
      'dist/bin',
      'examples',
      ...build.map((name) => `build/Release/${name}`),
      'native/forkserver/adapter',
      ...dependencies(),
    ];
    for (const part of parts) cpSync(join(source, part), join(folder, part), { recursive: true, dereference: true });
  });
}

/** Folders of node_modules whose code is in dist/bin/, as package-lock.json has them: their licences go with it. */
function dependencies() {
  const { packages } = JSON.parse(readFileSync(join(source, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path.startsWith('node_modules/') && !dev && !devOptional)
    .map(([path]) => path)
    .filter((path) => existsSync(join(source, path)));
}

/** Makes a folder anew beside the old one, and puts it in its place when it is complete. */
function replaceFolder(folder, fill) {
  const place = outside(folder);
  if (existsSync(place) && !isOurs(place)) fail(`${place} is there and is not kinetd's; nothing is changed in it`);
  const fresh = `${place}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  fill(fresh);
  open(fresh);
  rmSync(place, { recursive: true, force: true });
  renameSync(fresh, place);
  say(`${folder}/`);
}

/** What stands at our places may be another kinetd, and nothing else. */
function isOurs(place) {
  return existsSync(join(place, 'bin/kinetd')) || existsSync(join(place, 'docs/configuration.md'));
}

/** For everybody to read, whatever umask the installer has; programs stay programs. */
function open(path) {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return;
  chmodSync(path, stats.isDirectory() || (stats.mode & 0o100) !== 0 ? 0o755 : 0o644);
  if (stats.isDirectory()) for (const name of readdirSync(path)) open(join(path, name));
}

function put(to, text) {
  mkdirSync(outside(dirname(to)), { recursive: true });
  rmSync(outside(to), { force: true });
  writeFileSync(outside(to), text, { mode: 0o644 });
  chmodSync(outside(to), 0o644);
  say(to);
}

function remove() {
  for (const folder of [library, documentation]) {
    const place = outside(folder);
    if (!existsSync(place)) continue;
    if (!isOurs(place)) fail(`${place} is not kinetd's and stays`);
    rmSync(place, { recursive: true });
    say(`${folder}/`);
  }
  for (const path of [link, ...files.map(({ to }) => to)]) {
    if (lstatSync(outside(path), { throwIfNoEntry: false }) === undefined) continue;
    rmSync(outside(path));
    say(path);
  }
}

function outside(path) {
  return destdir + path;
}

function say(path) {
  console.log(`${uninstall ? 'removed' : 'installed'} ${outside(path)}`);
}

function fail(message, status = 1) {
  console.error(`install-system: ${message}`);
  process.exit(status);
}
