import { describe, expect, test } from 'vitest';

import { type LaunchPlan, nameVariables, ucspiVariables, usualVariables } from '../../../src/model/mod.ts';
import { codesOf, definition, inetdLines, onlyLaunch, resolved } from './definitions.ts';
import { fakeSystem } from './fake-system.ts';

const session = Object.fromEntries(
  'CVSROOT DISPLAY EDITOR GROUP HOME IFS LD_PRELOAD LOGNAME MAIL PATH PRINTER PWD SHELL SHLVL SSH_AUTH_SOCK TERM TERMCAP TMP TMPDIR USER VISUAL'
    .split(' ')
    .map((name) => [name, 'x']),
);
// Kept by openbsd-inetd, though they look much like the ones above.
const kept = Object.fromEntries(
  'LANG LC_ALL TZ PATHX HOMEX LD LDX DISPLAYX MAILPATH USERNAME XAUTHORITY BASH_ENV ENV OLDPWD TMUX TM'
    .split(' ')
    .map((name) => [name, 'x']),
);

describe('the environment', () => {
  test("xinetd.conf: the daemon's, with env over it", async () => {
    const system = fakeSystem({ environment: { PATH: '/bin', HOME: '/root' } });
    const launch = await onlyLaunch([definition('x', { env: ['A=1', 'HOME=/tmp', 'A=2=3', 'B='] })], system);
    expect(launch.environment).toEqual(['PATH=/bin', 'HOME=/tmp', 'A=2=3', 'B=']);
    expect(launch.variables).toEqual(usualVariables);
  });

  test('xinetd.conf: passenv picks, an empty one drops all', async () => {
    const system = fakeSystem({ environment: { PATH: '/bin', HOME: '/root' } });
    const pick = async (passenv: string[]): Promise<readonly string[]> =>
      (await onlyLaunch([definition('x', { passenv, env: ['A=1'] })], system)).environment;
    expect(await pick(['HOME'])).toEqual(['HOME=/root', 'A=1']);
    expect(await pick([])).toEqual(['A=1']);
    expect(await pick(['NOWHERE'])).toEqual(['A=1']);
  });

  test('a variable to pass on that is not there is a warning, once however many services inherit it', async () => {
    const shared = definition('a', { passenv: ['NOWHERE'] });
    const { diagnostics } = await resolved(
      [shared, { ...shared, name: 'b', settings: { ...shared.settings, port: 1 } }],
      fakeSystem(),
    );
    expect(diagnostics).toMatchObject([{ code: 'undefined-variable', severity: 'warning' }]);
  });

  test('variables of the connection come from the connection, unless env sets them', async () => {
    const system = fakeSystem({ environment: { PROTO: 'old', REMOTE_HOST: 'evil', TCPREMOTEIP: 'old' } });
    const launch = await onlyLaunch([definition('x', { env: ['PROTO=mine', 'REMOTE_HOST=evil'] })], system);
    expect(launch.environment).toEqual(['PROTO=mine']);
    expect(launch.variables).toEqual(usualVariables.filter((name) => name !== 'PROTO'));
  });

  test('environment and resolve say what connections add, and env may set any of it', async () => {
    const variables = async (settings: object): Promise<readonly string[]> =>
      (await onlyLaunch([definition('x', settings)], fakeSystem())).variables;
    expect(await variables({ environment: 'xinetd' })).toEqual(usualVariables);
    expect(await variables({ resolve: true })).toEqual([...usualVariables, ...nameVariables]);
    const ucspi = usualVariables.filter((name) => !/^(REMOTE|LOCAL)_/.test(name));
    expect(await variables({ environment: 'ucspi' })).toEqual([...ucspi, ...nameVariables, ...ucspiVariables]);
    expect(await variables({ environment: 'ucspi', resolve: false })).toEqual([...ucspi, ...ucspiVariables]);
    expect(await variables({ environment: 'ucspi', resolve: false, env: ['TCPCONNNUM=1'] })).not.toContain(
      'TCPCONNNUM',
    );
  });

  test("inetd.conf: GNU's --resolve tells names, and xinetd.conf has its own word for that", async () => {
    const line = inetdLines('9000 stream tcp nowait root /bin/cat');
    const asked = { resolveNames: true };
    expect((await onlyLaunch(line, fakeSystem(), asked)).variables).toContain('TCPREMOTEHOST');
    expect((await onlyLaunch(line, fakeSystem())).variables).not.toContain('TCPREMOTEHOST');
    expect((await onlyLaunch([definition('x', {})], fakeSystem(), asked)).variables).not.toContain('TCPREMOTEHOST');
  });

  test('inetd.conf: variables of a login session are taken out, unless told to keep them', async () => {
    const system = fakeSystem({ environment: { ...session, ...kept } });
    const line = inetdLines('9000 stream tcp nowait root /bin/cat');
    const names = async (keepEnvironment: boolean): Promise<string[]> =>
      (await onlyLaunch(line, system, { keepEnvironment })).environment.map((text) => text.split('=')[0] ?? '');
    expect(await names(false)).toEqual(Object.keys(kept));
    expect(await names(true)).toEqual(Object.keys({ ...session, ...kept }));
  });
});

describe('argv', () => {
  test('argv[0] is the last component of the program', async () => {
    const launch = await onlyLaunch([definition('x', { server_args: ['-a', '#'] })], fakeSystem());
    expect(launch).toMatchObject({ program: '/bin/cat', argv: ['cat', '-a', '#'], workingDirectory: '/' });
  });

  test('with NAMEINARGS it is the first word', async () => {
    const launch = await onlyLaunch(
      [definition('x', { flags: new Set(['NAMEINARGS']), server_args: ['me', '-a'] })],
      fakeSystem(),
    );
    expect(launch.argv).toEqual(['me', '-a']);
  });

  test('NAMEINARGS without words is refused', async () => {
    expect(await codesOf([definition('x', { flags: new Set(['NAMEINARGS']) })], fakeSystem())).toEqual(['no-argv0']);
  });

  test('inetd.conf: words begin with argv[0], or the program gives it', async () => {
    const argv = async (words: string): Promise<readonly string[]> =>
      (await onlyLaunch(inetdLines(`9000 stream tcp nowait root ${words}`), fakeSystem())).argv;
    expect(await argv('/bin/cat me -u')).toEqual(['me', '-u']);
    expect(await argv('/bin/cat')).toEqual(['cat']);
  });

  test('a line through tcpd starts the program that argv[0] names, and needs no tcpd', async () => {
    const system = fakeSystem({ programs: { '/usr/sbin/in.ftpd': 'executable', '/opt/ftpd': 'executable' } });
    const launched = (words: string): Promise<LaunchPlan> =>
      onlyLaunch(inetdLines(`9000 stream tcp nowait root ${words}`), system);
    expect(await launched('/usr/sbin/tcpd in.ftpd -l')).toMatchObject({
      program: '/usr/sbin/in.ftpd',
      argv: ['in.ftpd', '-l'],
    });
    expect(await launched('/usr/libexec/tcpd /opt/ftpd -l')).toMatchObject({
      program: '/opt/ftpd',
      argv: ['ftpd', '-l'],
    });
    expect(await codesOf(inetdLines('9000 stream tcp nowait root /usr/sbin/tcpd in.telnetd'), system)).toEqual([
      'server-missing',
    ]);
  });

  test('bytes that are UTF-8 reach the system unchanged, others are refused', async () => {
    const bytes = Buffer.from('naïve', 'utf8').toString('latin1');
    const launch = await onlyLaunch([definition('x', { server_args: [bytes], env: [`A=${bytes}`] })], fakeSystem());
    expect(launch.argv).toEqual(['cat', 'naïve']);
    expect(launch.environment).toContain('A=naïve');
    expect(await codesOf([definition('x', { server_args: ['na\xefve'] })], fakeSystem())).toEqual(['not-utf8']);
  });
});

describe('the program', () => {
  const system = fakeSystem({ programs: { '/dir': 'directory', '/text': 'not-executable' } });
  test.each([
    ['cat', 'server-not-absolute'],
    ['/nowhere', 'server-missing'],
    ['/dir', 'server-is-directory'],
    ['/text', 'server-not-executable'],
  ])('refused: %s', async (server, code) => {
    expect(await codesOf([definition('x', { server })], system)).toEqual([code]);
    expect(
      await codesOf(inetdLines(`9000 stream tcp nowait root ${server === 'cat' ? './cat' : server} x`), system),
    ).toEqual([code]);
  });
});

describe('a program without a path', () => {
  const machine = { programs: { '/usr/sbin/in.fingerd': 'executable', '/usr/bin/data': 'not-executable' } } as const;
  test.each([
    ['in.fingerd', 'write /usr/sbin/in.fingerd'],
    ['data', 'write the whole path, from / on'],
    ['./in.fingerd', 'write the whole path, from / on'],
  ])('is refused with the path that it probably means: %s', async (server, help) => {
    const { diagnostics } = await resolved([definition('x', { server })], fakeSystem(machine));
    expect(diagnostics).toMatchObject([{ code: 'server-not-absolute', help }]);
  });
});

describe('a program without a path in an inetd.conf', () => {
  const machine = { programs: { '/usr/sbin/in.fingerd': 'executable', '/usr/bin/data': 'not-executable' } } as const;

  test('is looked for in the usual folders, and a warning says where it is', async () => {
    const lines = inetdLines('9000 stream tcp nowait root in.fingerd in.fingerd -l');
    const launch = await onlyLaunch(lines, fakeSystem(machine));
    expect(launch).toMatchObject({ program: '/usr/sbin/in.fingerd', argv: ['in.fingerd', '-l'] });
    const { diagnostics } = await resolved(lines, fakeSystem(machine));
    expect(diagnostics).toMatchObject([{ code: 'server-without-path', severity: 'warning' }]);
  });

  test.each(['data', './in.fingerd', 'sbin/in.fingerd', 'nothing'])(
    'is refused when it is not there: %s',
    async (server) => {
      const lines = inetdLines(`9000 stream tcp nowait root ${server} x`);
      expect(await codesOf(lines, fakeSystem(machine))).toEqual(['server-not-absolute']);
    },
  );
});

describe('directories and privileges', () => {
  const machine = {
    directories: ['/srv/jail', '/srv/jail/data', '/data'],
    programs: { '/bin/cat': 'executable', '/srv/jail/bin/cat': 'executable', '/srv/jail/bin/text': 'not-executable' },
  } as const;
  const launch = (settings: object): Promise<LaunchPlan> =>
    onlyLaunch([definition('x', settings)], fakeSystem(machine));

  test('without a word about them: the root, and privileges as they are', async () => {
    expect(await launch({})).toMatchObject({
      rootDirectory: undefined,
      workingDirectory: '/',
      noNewPrivileges: false,
    });
    expect(await launch({ no_new_privs: true })).toMatchObject({ noNewPrivileges: true });
  });

  test('with chroot the program and the working directory are looked for below it', async () => {
    expect(await launch({ chroot: '/srv/jail', working_directory: '/data' })).toMatchObject({
      program: '/bin/cat',
      rootDirectory: '/srv/jail',
      workingDirectory: '/data',
    });
  });

  test.each([
    [{ chroot: 'srv/jail' }, 'directory-not-absolute'],
    [{ chroot: '/nowhere', working_directory: '/nowhere' }, 'directory-missing'],
    [{ working_directory: 'data' }, 'directory-not-absolute'],
    [{ working_directory: '/srv/jail/none' }, 'directory-missing'],
    [{ chroot: '/srv/jail', working_directory: '/srv/jail/data' }, 'directory-missing'],
    [{ chroot: '/srv/jail', server: '/srv/jail/bin/cat' }, 'server-missing'],
    [{ chroot: '/srv/jail', server: '/bin/text' }, 'server-not-executable'],
  ])('refused: %j', async (settings, code) => {
    expect(await codesOf([definition('x', settings)], fakeSystem(machine))).toEqual([code]);
  });

  test('chroot is for a daemon of root', async () => {
    const system = fakeSystem({ ...machine, uid: 1000, gid: 1001 });
    expect(await codesOf([definition('x', { user: 'alice', chroot: '/srv/jail' })], system)).toEqual(['needs-root']);
  });
});

describe('resource limits', () => {
  const limits = async (settings: object, machine: object = {}): Promise<string[]> => {
    const launch = await onlyLaunch(
      [definition('x', settings)],
      fakeSystem({ hardLimits: { nofile: 1000, as: 500 }, ...machine }),
    );
    return launch.resourceLimits.map(({ name, value }) => `${name}=${value}`);
  };

  test("descriptors: the daemon's hard limit, 4096 where it has none, or rlimit_files", async () => {
    expect(await limits({})).toEqual(['nofile=1000']);
    expect(await limits({}, { hardLimits: { nofile: Number.POSITIVE_INFINITY } })).toEqual(['nofile=4096']);
    expect(await limits({ rlimit_files: 64 })).toEqual(['nofile=64']);
    expect(await limits({ rlimit_files: 0 })).toEqual(['nofile=1000']);
  });

  test('in the order in which xinetd sets them', async () => {
    const settings = {
      rlimit_stack: 5,
      rlimit_cpu: 'UNLIMITED',
      rlimit_as: 4,
      rlimit_data: 3,
      rlimit_rss: 2,
      rlimit_files: 1,
    };
    expect(await limits(settings)).toEqual(['nofile=1', 'as=4', 'cpu=Infinity', 'data=3', 'rss=2', 'stack=5']);
  });

  test("above the daemon's own: brought down with a note, unless root may raise it", async () => {
    expect(await limits({ rlimit_as: 501, user: 'alice' })).toEqual(['nofile=1000', 'as=500']);
    expect(
      await codesOf([definition('x', { rlimit_as: 501, user: 'alice' })], fakeSystem({ hardLimits: { as: 500 } })),
    ).toEqual(['limit-clamped']);
    expect(await limits({ rlimit_as: 501, user: 'root' })).toEqual(['nofile=1000', 'as=501']);
    expect(await limits({ rlimit_as: 501, user: 'root' }, { mayRaiseLimits: false })).toEqual([
      'nofile=1000',
      'as=500',
    ]);
    // No kernel grants endless descriptors, to root neither.
    expect(await limits({ rlimit_files: 'UNLIMITED', user: 'root' })).toEqual(['nofile=1000']);
  });

  test('inetd.conf gets the same descriptors', async () => {
    const launch = await onlyLaunch(
      inetdLines('9000 stream tcp nowait root /bin/cat'),
      fakeSystem({ hardLimits: { nofile: 333 } }),
    );
    expect(launch.resourceLimits).toEqual([{ name: 'nofile', value: 333 }]);
  });
});

describe('umask and nice', () => {
  test("xinetd.conf: the daemon's umask and 022, or the service's", async () => {
    const umask = async (own: number | undefined): Promise<number> =>
      (await onlyLaunch([definition('x', { umask: own })], fakeSystem({ umask: 0o007 }))).umask;
    expect(await umask(undefined)).toBe(0o027);
    expect(await umask(0)).toBe(0);
  });

  test('inetd.conf: 022 whatever the daemon has', async () => {
    const launch = await onlyLaunch(inetdLines('9000 stream tcp nowait root /bin/cat'), fakeSystem({ umask: 0o077 }));
    expect(launch.umask).toBe(0o022);
  });

  test('nice below zero is for root', async () => {
    const nice = async (user: string, value: number): Promise<number> =>
      (await onlyLaunch([definition('x', { user, nice: value })], fakeSystem())).nice;
    expect([await nice('root', -5), await nice('alice', 5), await nice('alice', -5)]).toEqual([-5, 5, 0]);
    expect(await codesOf([definition('x', { user: 'alice', nice: -5 })], fakeSystem())).toEqual(['limit-clamped']);
  });
});
