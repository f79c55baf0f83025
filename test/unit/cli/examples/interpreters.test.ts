/** Which interpreter the examples use, told by what happens when the services' account runs it. */
import { expect, test } from 'vitest';
import { findInterpreters, type Probe, programFolders } from '../../../../src/cli/examples/interpreters.ts';

/** A machine where each path has the checks that it passes. */
function machine(programs: Readonly<Record<string, readonly string[]>>): {
  exists: (path: string) => boolean;
  probe: Probe;
} {
  return {
    exists: (path) => path in programs,
    probe: ([path, , code = '']) => {
      const passes = programs[path]?.some((word) => code.includes(word));
      return Promise.resolve(passes === undefined ? undefined : passes ? 0 : 1);
    },
  };
}

const folders = ['/root/bin', '/usr/bin'];
const find = (programs: Readonly<Record<string, readonly string[]>>): ReturnType<typeof findInterpreters> => {
  const { exists, probe } = machine(programs);
  return findInterpreters(folders, exists, probe, 'nobody');
};

test('takes the first of PATH that works', async () => {
  const found = await find({
    '/root/bin/python3': ['html', 'sqlite3'],
    '/usr/bin/python3': ['html', 'sqlite3'],
    '/usr/bin/php': ['exit'],
  });
  expect(found.python3).toEqual({ found: true, path: '/root/bin/python3' });
  expect(found.sqlite3).toEqual(found.python3);
  expect(found.php).toEqual({ found: true, path: '/usr/bin/php' });
});

test('passes over one that the account cannot run', async () => {
  const found = await find({ '/root/bin/python3': [], '/usr/bin/python3': ['html', 'sqlite3'] });
  expect(found.python3).toEqual({ found: true, path: '/usr/bin/python3' });
});

test('says that nothing is installed, or what is there and does not work', async () => {
  const found = await find({ '/root/bin/php': [] });
  expect(found.python3).toEqual({
    found: false,
    reason: 'python3 is not installed',
    remedy: 'apt-get install python3',
  });
  expect(found.php).toEqual({
    found: false,
    reason: '/root/bin/php does not work for user nobody',
    remedy: 'apt-get install php-cli',
  });
});

test('a Python without sqlite3 is a Python still', async () => {
  const found = await find({ '/usr/bin/python3': ['html'] });
  expect(found.python3).toEqual({ found: true, path: '/usr/bin/python3' });
  expect(found.sqlite3).toMatchObject({ found: false, reason: '/usr/bin/python3 has no sqlite3 module' });
});

test('looks in PATH first, then in the usual folders, and never where a configuration file cannot point', () => {
  expect(programFolders('/opt/a:relative:/with blank/bin::/usr/bin')).toEqual([
    '/opt/a',
    '/usr/bin',
    '/usr/local/bin',
    '/bin',
  ]);
});
