/** Files written down: path to text. A text of undefined cannot be read; a list of names is a directory. */
import type { Diagnostic, DiagnosticCode } from '../../../src/config/mod.ts';
import { type FileAccess, sourceFile } from '../../../src/config/source/mod.ts';

export function fakeFiles(files: Readonly<Record<string, string | readonly string[] | undefined>>): FileAccess {
  return {
    absolute: (written) => (written.startsWith('/') ? written : `/start/${written}`),
    read: (path) => {
      if (!Object.hasOwn(files, path)) return problem('file-missing', path);
      const text = files[path];
      if (text === undefined) return problem('file-unreadable', path);
      return typeof text === 'string' ? sourceFile(path, text) : problem('file-is-directory', path);
    },
    list: (path) => {
      const names = files[path];
      return Array.isArray(names) ? { path, names } : problem('directory-unreadable', path);
    },
  };
}

function problem(code: DiagnosticCode, path: string): Diagnostic {
  return {
    code,
    severity: 'error',
    message: `${code} ${path}`,
    path,
    span: undefined,
    service: undefined,
    help: undefined,
  };
}
