/** Files are read once, in the order of the text, and what goes wrong with one costs nothing else. */
import { describe, expect, it } from 'vitest';

import { isDiagnostic, locate } from '../../../src/config/source/mod.ts';
import { readXinetd, type XinetdReading } from '../../../src/config/xinetd/mod.ts';
import { type MemoryFiles, memoryFiles } from './memory-files.ts';

function service(name: string, ...lines: string[]): string {
  return `service ${name}\n{\n${lines.map((line) => `\t${line}\n`).join('')}}\n`;
}

function read(files: MemoryFiles, ...roots: string[]): XinetdReading {
  const answers = roots.map((root) => files.read(root));
  const entries = answers.flatMap((answer) => (isDiagnostic(answer) ? [] : [answer]));
  expect(entries).toHaveLength(roots.length);
  return readXinetd(entries, files);
}

function names(reading: XinetdReading): string[] {
  return reading.definitions.map((definition) => definition.name);
}

/** `code file:line`, which is where a person looks. */
function places(reading: XinetdReading): string[] {
  return reading.diagnostics.map(
    ({ code, path, span }) => `${code} ${path}:${span && locate(span.file, span.start).line}`,
  );
}

describe('includes', () => {
  it('puts the services of a file where its directive stands', () => {
    const files = memoryFiles({
      '/main': `${service('a')}include /one\nincludedir /d\n${service('z')}`,
      '/one': service('b'),
      '/d/2': service('d'),
      '/d/1': service('c'),
    });
    const reading = read(files, '/main');
    expect(names(reading)).toEqual(['a', 'b', 'c', 'd', 'z']);
    expect(reading.files).toEqual(['/main', '/one', '/d/1', '/d/2']);
    expect(reading.diagnostics).toEqual([]);
  });

  it('takes defaults of any file for the services of all, several entry files included', () => {
    const files = memoryFiles({
      '/a': service('early'),
      '/b': 'include /c\n',
      '/c': 'defaults\n{\n\tno_access = 10.0.0.66\n\tinstances = 3\n}\n',
      '/d': `defaults\n{\n\tno_access = 10.0.0.67\n\tinstances = 9\n}\n${service('late')}`,
    });
    const reading = read(files, '/a', '/b', '/d');
    expect(reading.definitions.map(({ settings }) => [settings.instances, settings.no_access?.length])).toEqual([
      [3, 2],
      [3, 2],
    ]);
    expect(places(reading)).toEqual(['default-already-set /d:4']);
    expect(reading.usable).toBe(true);
  });

  it('finds mistakes in a default that does not count', () => {
    const files = memoryFiles({
      '/a': 'defaults\n{\n\tinstances = 3\n}\ninclude /b\n',
      '/b': 'defaults\n{\n\tinstances = three\n}\n',
    });
    expect(read(files, '/a')).toMatchObject({ usable: false, defaults: { settings: { instances: 3 } } });
  });

  it('loses only what cannot be read, and says which', () => {
    const files = memoryFiles({
      '/main': `include /missing\ninclude /binary\ninclude /d\nincludedir /nowhere\n${service('kept')}`,
      '/binary': 'a\0',
      '/d/a': '',
    });
    const reading = read(files, '/main');
    expect(names(reading)).toEqual(['kept']);
    expect(places(reading)).toEqual([
      'file-missing /main:1',
      'file-binary /main:2',
      'file-is-directory /main:3',
      'directory-unreadable /main:4',
    ]);
    expect(reading.unread).toEqual(['/missing', '/binary', '/d', '/nowhere']);
    expect(reading.usable).toBe(true);
  });

  it('has one diagnostic for a file that vanishes while its directory is read', () => {
    const files = memoryFiles({
      '/main': 'includedir /d\n',
      '/d/a': service('a'),
      '/d/b': service('b'),
      '/d/c': service('c'),
    });
    files.vanish('/d/b');
    const reading = read(files, '/main');
    expect(names(reading)).toEqual(['a', 'c']);
    expect(places(reading)).toEqual(['file-vanished /main:1']);
  });

  it('stops at a circle and shows it', () => {
    const files = memoryFiles({
      '/a': `include /b\n${service('a')}`,
      '/b': `include /c\n${service('b')}`,
      '/c': `include /a\n${service('c')}`,
    });
    const reading = read(files, '/a');
    expect(names(reading)).toEqual(['c', 'b', 'a']);
    expect(reading.diagnostics).toMatchObject([
      {
        code: 'include-loop',
        path: '/c',
        message: 'the files include each other in a circle: /a includes /b includes /c includes /a',
      },
    ]);
  });

  it('reads a file once however often it is included', () => {
    // Without that, thirty lines would ask for a thousand million files.
    const texts: Record<string, string> = {};
    for (let level = 0; level < 30; level++) texts[`/${level}`] = `include /${level + 1}\ninclude /${level + 1}\n`;
    texts['/30'] = service('bottom');
    const files = memoryFiles(texts);
    const reading = read(files, '/0');
    expect(names(reading)).toEqual(['bottom']);
    expect(files.reads).toHaveLength(31);
    expect(new Set(reading.diagnostics.map(({ code }) => code))).toEqual(new Set(['include-repeated']));
  });

  it('stops at a depth that no configuration needs', () => {
    const texts: Record<string, string> = {};
    for (let level = 0; level < 10_000; level++) texts[`/${level}`] = `include /${level + 1}\n${service(`s${level}`)}`;
    const reading = read(memoryFiles(texts), '/0');
    expect(reading.definitions).toHaveLength(32);
    expect(places(reading)).toEqual(['include-too-deep /31:1']);
    expect(reading.unread).toEqual(['/32']);
  });
});

describe('inheritance', () => {
  it('shares the span of a default with the service that took it', () => {
    const files = memoryFiles({
      '/main': `defaults\n{\n\tlog_type = FILE /l\n\tumask = 077\n}\n${service('a', 'umask = 022')}`,
    });
    const { definitions, defaults } = read(files, '/main');
    const [definition] = definitions;
    expect(definition?.spans.get('log_type')).toBe(defaults.spans.get('log_type'));
    expect(definition?.spans.get('umask')).not.toBe(defaults.spans.get('umask'));
  });

  it('names the service by its id in its diagnostics', () => {
    const reading = read(
      memoryFiles({ '/main': `${service('a', 'id = b', 'foo = 1')}${service('c', 'foo = 1')}` }),
      '/main',
    );
    expect(reading.diagnostics.map((diagnostic) => diagnostic.service)).toEqual(['b', 'c']);
  });
});
