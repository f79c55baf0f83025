/** The configuration that `kinetd examples` makes of the templates in examples/ for a given machine. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../../../src/cli/examples/catalogue.ts';
import { type Found, type Machine, prepare } from '../../../../src/cli/examples/prepare.ts';

const root = fileURLToPath(new URL('../../../../examples/', import.meta.url));
const names = ['xinetd.conf', 'inetd.conf', ...readdirSync(`${root}xinetd.d`).map((name) => `xinetd.d/${name}`)];
const missing: Found = { found: false, reason: 'no such program', remedy: 'apt-get install it' };

function machine(changes: Partial<Machine> = {}): Machine {
  return {
    templates: new Map(names.map((name) => [name, readFileSync(`${root}${name}`, 'utf8')])),
    folder: '/tmp/copy',
    state: '/tmp/copy/state',
    user: 'alice',
    programs: {
      python3: { found: true, path: '/usr/bin/python3' },
      sqlite3: { found: true, path: '/usr/bin/python3' },
      php: { found: true, path: '/usr/bin/php' },
    },
    ports: new Map(),
    ...changes,
  };
}

const noComments = (text: string | undefined): string => (text ?? '').replace(/^#.*$/gm, '');

describe('prepare', () => {
  test('knows every template of examples/, and examples/ has every template it knows', () => {
    const templates = new Set(catalogue.map(({ template }) => template));
    expect(names.filter((name) => name !== 'xinetd.conf').sort()).toEqual([...templates].sort());
  });

  test('leaves no word between @ signs outside comments', () => {
    const { files, on, off } = prepare(machine());
    for (const text of files.values()) expect(noComments(text)).not.toMatch(/@[A-Z0-9]+@/);
    expect(on.map(({ example }) => example.name)).toEqual(catalogue.map(({ name }) => name));
    expect(off).toEqual([]);
  });

  test('names the user, the interpreter, the copied program and the port', () => {
    const { files } = prepare(machine());
    const lines = (files.get('inetd.conf') ?? '').split('\n');
    const python = 'alice /usr/bin/python3 python3 /tmp/copy/programs';
    expect(lines).toContain(`127.0.0.1:21000 stream tcp4 nowait ${python}/lower.py`);
    expect(lines).toContain(`127.0.0.1:27000 dgram udp4 wait ${python}/prices.py /tmp/copy/state/prices.db`);
    expect(files.get('xinetd.d/hello')).toMatch(/^\tport\s+= 60322$/m);
    expect(files.get('xinetd.conf')).toMatch(/^includedir \/tmp\/copy\/xinetd\.d$/m);
  });

  test('leaves out a whole file when its interpreter is missing', () => {
    const { files, off } = prepare(machine({ programs: { ...machine().programs, php: missing } }));
    expect([...files.keys()].filter((name) => name.startsWith('xinetd.d/'))).toEqual(['xinetd.d/http-echo']);
    expect(off.map(({ example }) => example.name)).toEqual(['health', 'hello', 'hello-name']);
  });

  test('turns one line of inetd.conf off when only its module is missing', () => {
    const { files, on } = prepare(machine({ programs: { ...machine().programs, sqlite3: missing } }));
    expect(files.get('inetd.conf')).toMatch(/^#<off># 127\.0\.0\.1:27000 /m);
    expect(files.get('inetd.conf')).toMatch(/^127\.0\.0\.1:28000 /m);
    expect(on.map(({ example }) => example.name)).not.toContain('prices');
  });

  test('gives a service another port, even one that another service has given up', () => {
    const ports = new Map([
      ['lower', 27000],
      ['prices', 27001],
    ]);
    const text = prepare(machine({ ports })).files.get('inetd.conf');
    expect(text).toMatch(/^127\.0\.0\.1:27000 stream .*lower\.py$/m);
    expect(text).toMatch(/^127\.0\.0\.1:27001 dgram .*prices\.py /m);
  });

  test('a template with an unknown word is an error, not a configuration', () => {
    const templates = new Map([...machine().templates, ['xinetd.conf', 'defaults { }\nincludedir @NOWHERE@\n']]);
    expect(() => prepare(machine({ templates }))).toThrow('examples/xinetd.conf: nothing to put in place of @NOWHERE@');
  });
});
