/** `kinetd convert --to systemd`, and what systemd itself says of the result. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { currentUser, isRoot, Kinetd, service, testFolder } from '../../daemon/kinetd.ts';
import { oracles } from '../../oracle/programs.ts';

interface Converted {
  readonly status: unknown;
  readonly files: ReadonlyMap<string, string>;
  readonly errors: string;
}

async function convert(text: string, name = 'x.conf'): Promise<Converted> {
  const folder = join(testFolder(), 'units');
  const run = new Kinetd({
    files: { [name]: text },
    command: ['kinetd', 'convert', '--to', 'systemd', '-f', `@FOLDER@/${name}`, '-o', folder],
  });
  const status = await run.ended();
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const files = new Map(names.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
  const units = names.filter((file) => !file.endsWith('.not-converted'));
  if (units.length > 0) verify(units.map((file) => join(folder, file)));
  return { status, files, errors: run.errors };
}

const analyze = join(oracles, 'systemd/usr/bin/systemd-analyze');

/** systemd finds nothing wrong with the units, where it can be asked. */
function verify(units: readonly string[]): void {
  if (!existsSync(analyze)) return;
  const libraries = join(oracles, 'libsystemd-shared/usr/lib');
  const paths = readdirSync(libraries).map((triplet) => join(libraries, triplet, 'systemd'));
  const { stdout, stderr } = spawnSync(analyze, ['verify', '--man=no', ...units], {
    encoding: 'utf8',
    env: { ...process.env, LD_LIBRARY_PATH: paths.join(':') },
  });
  // It asks for things of a running system too.
  const said = `${stdout}${stderr}`.split('\n').filter((line) => units.some((unit) => line.includes(unit)));
  expect(said).toEqual([]);
}

/** The lines of a unit by their keys, without comments. */
function lines(unit: string | undefined): readonly string[] {
  return (unit ?? '').split('\n').filter((line) => /^\w+=/.test(line));
}

const quiet = { flags: 'NOLIBWRAP', cps: '0 0' };

test('a server for each connection is a template, and all that can be said is', async () => {
  const { status, files, errors } = await convert(
    service('cat', {
      ...quiet,
      port: 47_001,
      instances: 5,
      per_source: 2,
      only_from: '10.0.0.0/8 2001:db8::1',
      nice: 3,
      rlimit_files: 64,
      env: 'A=b%c',
      server_args: '-n $HOME 100%',
      timeout: 60,
      umask: '027',
      no_new_privs: 'yes',
      working_directory: '/tmp',
      stderr: 'log',
    }),
  );
  expect(errors).toBe('');
  expect(status).toBe(0);
  expect([...files.keys()].toSorted((a, b) => a.localeCompare(b))).toEqual(['cat.socket', 'cat@.service']);
  expect(lines(files.get('cat.socket'))).toEqual(
    expect.arrayContaining([
      'ListenStream=127.0.0.1:47001',
      'Accept=yes',
      'MaxConnections=5',
      'MaxConnectionsPerSource=2',
      'TriggerLimitIntervalSec=0',
      'IPAddressDeny=any',
      'IPAddressAllow=10.0.0.0/8',
      'IPAddressAllow=2001:db8::1/128',
    ]),
  );
  expect(lines(files.get('cat@.service'))).toEqual(
    expect.arrayContaining([
      'ExecStart=@/bin/cat cat -n $$HOME 100%%',
      'StandardInput=socket',
      'StandardError=journal',
      'WorkingDirectory=/tmp',
      'UMask=0027',
      'Nice=3',
      'LimitNOFILE=64',
      'NoNewPrivileges=yes',
      'Environment=A=b%%c',
      'RuntimeMaxSec=60',
      ...(isRoot ? [`User=${currentUser()}`] : []),
    ]),
  );
});

test('a service that waits gets the socket itself', async () => {
  const { files, status } = await convert(service('udp', { ...quiet, socket_type: 'dgram', port: 47_003 }));
  expect(status).toBe(0);
  expect(lines(files.get('udp.socket'))).toEqual(
    expect.arrayContaining(['ListenDatagram=127.0.0.1:47003', 'Accept=no']),
  );
  expect(files.has('udp.service')).toBe(true);
});

test('Unix sockets have their owner and mode, and a line of an inetd.conf is converted too', async () => {
  const unix = service('sock', { ...quiet, socket_mode: 660 })
    .replace(/\t(port|bind|protocol) .*\n/g, '')
    .replace('{\n', '{\n\tlisten = unix:/run/sock\n');
  const { files } = await convert(unix);
  expect(lines(files.get('sock.socket'))).toEqual(
    expect.arrayContaining(['ListenStream=/run/sock', 'SocketMode=0660', 'RemoveOnStop=yes']),
  );
  const inetd = await convert(`127.0.0.1:47009 stream tcp nowait ${currentUser()} /bin/cat cat "x\n`, 'inetd.conf');
  const [unit = ''] = [...inetd.files].filter(([name]) => name.endsWith('.service')).map(([, text]) => text);
  expect(lines(unit)).toContain('ExecStart=@/bin/cat cat "\\"x"');
});

test('what systemd cannot say is told with its place, in the units and at the end, and the status says so', async () => {
  const { status, files, errors } = await convert(
    service('lossy', {
      port: 47_001,
      cps: '5 10',
      access_times: '8:00-18:00',
      only_from: '10.0.0.0/8',
      no_access: '10.1.0.0/16',
    }) +
      service('many', { ...quiet, socket_type: 'dgram', wait: 'no', port: 47_002 }) +
      service('mux', { ...quiet, type: 'TCPMUX UNLISTED' }).replace(/\tport.*\n/, ''),
  );
  expect(status).toBe(isRoot ? 3 : 1); // datagrams of each sender need root
  for (const attribute of ['cps', 'access_times', 'only_from', 'no_access', 'libwrap']) {
    expect(errors).toMatch(new RegExp(`x\\.conf:\\d+: service lossy: ${attribute} is not expressed: `));
    expect(files.get('lossy.socket')).toMatch(
      new RegExp(`^# Not expressed: ${attribute} \\(.*x\\.conf:\\d+\\): `, 'm'),
    );
  }
  expect(errors).toMatch(/service mux: not converted: systemd has no tcpmux/);

  if (isRoot) expect(errors).toMatch(/service many: not converted: systemd has no server for each sender/);
  expect(files.has('mux.socket')).toBe(false);
  expect(files.get('mux.not-converted')).toMatch(
    /^# Not converted: service mux \(.*\): systemd has no tcpmux\n#\| service mux\n/,
  );
});

test('files that are there stay unless --force is given, and a refused service is an error', async () => {
  const run = async (...words: readonly string[]): Promise<Kinetd> => {
    const command = new Kinetd({
      files: { 'x.conf': service('cat', { ...quiet, port: 47_001 }) },
      command: ['kinetd', 'convert', '--to', 'systemd', '-f', '@FOLDER@/x.conf', ...words],
    });
    await command.ended();
    return command;
  };
  const folder = testFolder();
  expect(await (await run('-o', folder)).ended()).toBe(0);
  const again = await run('-o', folder);
  expect(await again.ended()).toBe(1);
  expect(again.errors).toContain('--force writes over files that are there');
  expect(await (await run('-o', folder, '--force')).ended()).toBe(0);
  const json: unknown = JSON.parse((await run('--json')).output);
  expect(json).toMatchObject({ files: { 'cat.socket': expect.stringContaining('ListenStream') }, losses: [] });
  expect((await convert(service('bad', { instances: 'x' }))).status).toBe(1);
});

test('limits and words that nobody has written are told too', async () => {
  const { errors, status } = await convert(
    `defaults\n{\n\tmetrics_from = 10.0.0.1\n\tper_source = 3\n}\n${service('cat', { port: 47_001 })}${service('udp', {
      ...quiet,
      socket_type: 'dgram',
      port: 47_003,
      preload_modules: 'json',
    })}`,
  );
  expect(status).toBe(3);
  expect(errors).toMatch(/service cat: cps is not expressed: /);
  expect(errors).toMatch(/service cat: libwrap is not expressed: /);
  expect(errors).not.toMatch(/service cat: per_source/);
  expect(errors).toMatch(/x\.conf:4: service udp: per_source is not expressed: /);
  expect(errors).toMatch(/service udp: preload_modules is not expressed: /);
  expect(errors).not.toMatch(/service udp: cps/);
  expect(errors).toMatch(/x\.conf:3: metrics_from is not expressed: /);
  const inetd = await convert(`47009 stream tcp4 nowait ${currentUser()} /bin/cat cat\n`, 'inetd.conf');
  expect(inetd.errors).toMatch(
    /inetd\.conf:1: service 47009: starts_per_minute is not expressed: at most 256 starts a minute: /,
  );
  expect(inetd.status).toBe(3);
});

test('words are written as the bytes that they are', async () => {
  const { files, errors } = await convert(
    service('cat', { ...quiet, port: 47_001, env: 'A=€', passenv: 'PÄTH PATH', server_args: '€ \u0085x' }),
  );
  const unit = lines(files.get('cat@.service'));
  expect(unit).toContain('Environment="A=€"');
  expect(unit).toContain('PassEnvironment=PATH');
  expect(errors).toMatch(/service cat: passenv is not expressed: systemd knows names of letters/);
  expect(unit).toContain('ExecStart=@/bin/cat cat "€" "\\xc2\\x85x"');
});

test('of files that belong together all are written or none', async () => {
  const folder = testFolder();
  writeFileSync(join(folder, 'two@.service'), 'mine');
  const run = async (...words: readonly string[]): Promise<string> => {
    const command = new Kinetd({
      files: {
        'x.conf': service('one', { ...quiet, port: 47_001 }) + service('two', { ...quiet, port: 47_002 }),
      },
      command: ['kinetd', 'convert', '--to', 'systemd', '-f', '@FOLDER@/x.conf', '-o', folder, ...words],
    });
    await command.ended();
    return command.errors;
  };
  expect(await run()).toContain(`two@.service is there already (--force writes over files that are there)`);
  expect(readdirSync(folder)).toEqual(['two@.service']);
  expect(readFileSync(join(folder, 'two@.service'), 'utf8')).toBe('mine');
  mkdirSync(join(folder, 'one.socket'));
  expect(await run('--force')).toContain('one.socket is there already, and no file');
  expect(readFileSync(join(folder, 'two@.service'), 'utf8')).toBe('mine');
  rmdirSync(join(folder, 'one.socket'));
  expect(await run('--force')).toBe('');
  expect(readdirSync(folder)).toHaveLength(4);
});
