/** Files are told apart before they are parsed, and nothing about a file makes an exception. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  isDiagnostic,
  lineAround,
  locate,
  readDirectory,
  readSource,
  sizeLimit,
  sourceFile,
  systemFiles,
} from '../../../src/config/source/mod.ts';
import { memoryFiles } from './memory-files.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kinetd-source-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function path(name: string): string {
  return join(directory, name);
}

function codeOf(name: string): string {
  const answer = readSource(path(name));
  return isDiagnostic(answer) ? answer.code : `read ${answer.text.length}`;
}

describe('readSource', () => {
  it('reads every byte as one character', () => {
    writeFileSync(path('bytes'), Buffer.from([0x61, 0xc3, 0xbc, 0xff, 0x0a, 0x01]));
    const file = readSource(path('bytes'));
    expect(isDiagnostic(file) || file.text).toBe('a\u00c3\u00bc\u00ff\n\u0001');
  });

  it('follows a symbolic link', () => {
    writeFileSync(path('target'), 'x');
    symlinkSync('target', path('link'));
    expect(codeOf('link')).toBe('read 1');
  });

  it.each([
    ['file-missing', 'nothing', () => {}],
    ['file-missing', 'bytes/below', () => {}],
    ['file-is-directory', 'folder', () => mkdirSync(path('folder'))],
    ['file-binary', 'binary', () => writeFileSync(path('binary'), 'a\0b')],
    ['file-unreadable', 'itself', () => symlinkSync('itself', path('itself'))],
    [
      'file-too-large',
      'large',
      () => {
        writeFileSync(path('large'), '');
        truncateSync(path('large'), sizeLimit + 1);
      },
    ],
    ['file-not-regular', 'pipe', () => execFileSync('mkfifo', [path('pipe')])],
  ] as const)('says %s of %s', (code, name, prepare) => {
    prepare();
    expect(codeOf(name)).toBe(code);
  });

  it('says file-not-regular of a device and of a socket', async () => {
    expect(readSource('/dev/null')).toMatchObject({ code: 'file-not-regular', path: '/dev/null', span: undefined });
    const server = createServer();
    await new Promise<void>((listening) => server.listen(path('socket'), listening));
    expect(codeOf('socket')).toBe('file-not-regular');
    await new Promise((closed) => server.close(closed));
  });

  it('says file-unreadable, with the call and the reason, where permission is missing', ({ skip, onTestFinished }) => {
    writeFileSync(path('secret'), 'x', { mode: 0 });
    mkdirSync(path('closed'), { mode: 0 });
    // Else an ordinary user could not remove it afterwards.
    onTestFinished(() => chmodSync(path('closed'), 0o700));
    if (process.getuid?.() === 0) skip('root may read everything');
    const answer = readSource(path('secret'));
    expect(answer).toMatchObject({ code: 'file-unreadable', severity: 'error' });
    expect(isDiagnostic(answer) && answer.message).toBe(`cannot open ${path('secret')}: permission denied (EACCES)`);
    expect(readDirectory(path('closed'), systemFiles('/')).diagnostics).toMatchObject([
      { code: 'directory-unreadable' },
    ]);
  });

  it('reads a file that says it is empty and is not', () => {
    const answer = readSource('/proc/self/status');
    expect(isDiagnostic(answer) || answer.text).toContain('\nPid:');
  });
});

describe('systemFiles', () => {
  it('takes relative paths against the directory it was given', () => {
    const files = systemFiles('/start');
    expect(files.absolute('a/../b')).toBe('/start/b');
    expect(files.absolute('/etc//x/')).toBe('/etc/x');
  });

  it('finds files whose names are not ASCII', () => {
    writeFileSync(path('caf\u00e9'), 'x');
    const files = systemFiles(directory);
    const written = Buffer.from('caf\u00e9', 'utf8').toString('latin1');
    expect(files.read(files.absolute(written))).toMatchObject({ text: 'x' });
  });

  it('lists names in the order of their bytes', () => {
    mkdirSync(path('names'));
    for (const name of ['b', 'B', 'a', '\u{1f600}', '\uff00', '10', '9']) writeFileSync(join(path('names'), name), '');
    expect(systemFiles('/').list(path('names'))).toMatchObject({
      names: ['10', '9', 'B', 'a', 'b', '\uff00', '\u{1f600}'],
    });
  });
});

describe('readDirectory', () => {
  it("passes over names with a dot or a '~' at the end, and says so of each", () => {
    const files = memoryFiles({
      '/d/a': 'x',
      '/d/b.conf': 'x',
      '/d/c~': 'x',
      '/d/.d': 'x',
      '/d/e~f': 'x',
      '/d/z': 'x',
    });
    const reading = readDirectory('/d', files);
    expect(reading.files.map((file) => file.path)).toEqual(['/d/a', '/d/e~f', '/d/z']);
    expect(reading.diagnostics.map(({ code, severity, path: where }) => [code, severity, where])).toEqual([
      ['include-skipped', 'note', '/d/.d'],
      ['include-skipped', 'note', '/d/b.conf'],
      ['include-skipped', 'note', '/d/c~'],
    ]);
    expect(reading.unread).toEqual([]);
  });

  it('goes on when a file vanishes after it was listed', () => {
    const files = memoryFiles({ '/d/a': 'x', '/d/gone': 'vanishes', '/d/z': 'x' });
    files.vanish('/d/gone');
    const reading = readDirectory('/d', files);
    expect(reading.files.map((file) => file.path)).toEqual(['/d/a', '/d/z']);
    expect(reading.diagnostics).toMatchObject([{ code: 'file-vanished', severity: 'warning' }]);
    expect(reading.unread).toEqual([]);
  });

  it('names what it should have read and could not', () => {
    const files = memoryFiles({ '/d/a': 'x\0' });
    expect(readDirectory('/d', files)).toMatchObject({
      files: [],
      unread: ['/d/a'],
      diagnostics: [{ code: 'file-binary' }],
    });
    expect(readDirectory('/e', files)).toMatchObject({
      files: [],
      unread: ['/e'],
      diagnostics: [{ code: 'directory-unreadable' }],
    });
  });
});

describe('places in a text', () => {
  const file = sourceFile('/x', 'one\r\ntwo\n\nlast');

  it.each([
    [0, 1, 1],
    [3, 1, 4],
    [5, 2, 1],
    [8, 2, 4],
    [9, 3, 1],
    [10, 4, 1],
    [14, 4, 5],
  ])('offset %i is line %i, column %i', (offset, line, column) => {
    expect(locate(file, offset)).toEqual({ line, column });
  });

  it('knows the line around an offset without its line break', () => {
    expect(lineAround(file, 2)).toEqual({ start: 0, end: 3 });
    expect(lineAround(file, 9)).toEqual({ start: 9, end: 9 });
    expect(lineAround(file, 14)).toEqual({ start: 10, end: 14 });
  });

  it('knows places in an empty text', () => {
    expect(locate(sourceFile('/x', ''), 0)).toEqual({ line: 1, column: 1 });
  });
});
