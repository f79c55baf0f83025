/**
 * Files as they are on disk. A file that is not plain text of reasonable size is told apart here, once, for
 * every dialect: missing, unreadable, a directory, a device, enormous, binary.
 *
 * Opening never blocks: O_NONBLOCK makes a FIFO without a writer answer at once, and what is not a regular
 * file is refused before a byte of it is read.
 */
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { getSystemErrorMap } from 'node:util';

import type { Diagnostic, DiagnosticCode } from '../diagnostic/mod.ts';
import type { DirectoryListing, FileAccess } from './access.ts';
import { type SourceFile, sourceFile } from './file.ts';

/** In bytes. Ten thousand services take about three million. */
export const sizeLimit: number = 64 * 1024 * 1024;

/** The real files; `cwd` is the directory that relative paths stand against. */
export function systemFiles(cwd: string): FileAccess {
  return {
    absolute: (written) => resolve(cwd, Buffer.from(written, 'latin1').toString('utf8')),
    read: readSource,
    list: listDirectory,
  };
}

/** Reads one configuration file; at most {@link sizeLimit} bytes. */
export function readSource(path: string): SourceFile | Diagnostic {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    return systemProblem('open', path, error);
  }
  try {
    const status = fstatSync(descriptor);
    if (status.isDirectory()) return problem('file-is-directory', path, `${path} is a directory`);
    if (!status.isFile()) return problem('file-not-regular', path, `${path} is not a regular file`);
    if (status.size > sizeLimit) return tooLarge(path);
    const bytes = readAll(descriptor, status.size);
    if (bytes === undefined) return tooLarge(path);
    const nul = bytes.indexOf(0);
    if (nul !== -1) {
      return problem('file-binary', path, `${path} is not a text file: byte ${nul + 1} is NUL`);
    }
    return sourceFile(path, bytes.toString('latin1'));
  } catch (error) {
    return systemProblem('read', path, error);
  } finally {
    closeSync(descriptor);
  }
}

function listDirectory(path: string): DirectoryListing | Diagnostic {
  try {
    const names = readdirSync(path);
    return { path, names: names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))) };
  } catch (error) {
    const { code, words } = describe(error);
    return problem('directory-unreadable', path, `cannot read directory ${path}: ${words} (${code})`);
  }
}

/** The file may grow while it is read; undefined when it grows past the limit. */
function readAll(descriptor: number, expected: number): Buffer | undefined {
  let bytes = Buffer.allocUnsafe(Math.min(expected, sizeLimit) + 1);
  let length = 0;
  for (;;) {
    const got = readSync(descriptor, bytes, length, bytes.length - length, null);
    if (got === 0) return bytes.subarray(0, length);
    length += got;
    if (length > sizeLimit) return undefined;
    if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(bytes.length * 2, sizeLimit + 1));
  }
}

function tooLarge(path: string): Diagnostic {
  return problem('file-too-large', path, `${path} is larger than ${sizeLimit / 1024 / 1024} MiB`);
}

function systemProblem(call: string, path: string, error: unknown): Diagnostic {
  const { code, words } = describe(error);
  if (code === 'ENXIO') return problem('file-not-regular', path, `${path} is not a regular file`);
  const kind = code === 'ENOENT' || code === 'ENOTDIR' ? 'file-missing' : 'file-unreadable';
  return problem(kind, path, `cannot ${call} ${path}: ${words} (${code})`);
}

function describe(error: unknown): { readonly code: string; readonly words: string } {
  if (error instanceof Error && 'errno' in error && typeof error.errno === 'number' && 'code' in error) {
    return { code: String(error.code), words: getSystemErrorMap().get(error.errno)?.[1] ?? error.message };
  }
  return { code: 'unknown', words: error instanceof Error ? error.message : String(error) };
}

function problem(code: DiagnosticCode, path: string, message: string): Diagnostic {
  return { code, severity: 'error', message, path, span: undefined, service: undefined, help: undefined };
}
