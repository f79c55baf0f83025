/** Files that exist only in a test, and vanish when the test says so. */
import type { Diagnostic, DiagnosticCode } from '../../../src/config/diagnostic/mod.ts';
import { type FileAccess, sourceFile } from '../../../src/config/source/mod.ts';

export interface MemoryFiles extends FileAccess {
  /** From now on the file is listed, but cannot be opened. */
  vanish(path: string): void;
  /** Paths in the order in which they were read. */
  readonly reads: readonly string[];
}

/** A text with a NUL is binary, as on disk. Relative paths stand against `/`. */
export function memoryFiles(texts: Readonly<Record<string, string>>): MemoryFiles {
  const vanished = new Set<string>();
  const reads: string[] = [];
  return {
    reads,
    vanish: (path) => vanished.add(path),
    absolute: (written) => (written.startsWith('/') ? written : `/${written}`),
    read: (path) => {
      reads.push(path);
      const text = texts[path];
      if (text === undefined && childrenOf(texts, path).length > 0) return problem('file-is-directory', path);
      if (text === undefined || vanished.has(path)) return problem('file-missing', path);
      return text.includes('\0') ? problem('file-binary', path) : sourceFile(path, text);
    },
    list: (path) => {
      const names = childrenOf(texts, path);
      return names.length === 0 ? problem('directory-unreadable', path) : { path, names };
    },
  };
}

function childrenOf(texts: Readonly<Record<string, string>>, path: string): string[] {
  const below = Object.keys(texts).filter((name) => name.startsWith(`${path}/`));
  return [...new Set(below.map((name) => name.slice(path.length + 1).split('/')[0] ?? ''))].sort();
}

function problem(code: DiagnosticCode, path: string): Diagnostic {
  return {
    code,
    severity: 'error',
    message: `${path}: ${code}`,
    path,
    span: undefined,
    service: undefined,
    help: undefined,
  };
}
