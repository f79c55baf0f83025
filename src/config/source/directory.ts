/**
 * A directory of configuration files, filtered as xinetd's `includedir` does it: byte order; a name with a
 * dot anywhere or a `~` at its end is passed over (that is how package managers' and editors' copies stay
 * out, and it has hidden many a `my.service` from its owner, so each is named in a note); no descent.
 */
import type { Diagnostic, Severity } from '../diagnostic/mod.ts';
import { type FileAccess, isDiagnostic } from './access.ts';
import type { SourceFile } from './file.ts';

export interface DirectoryReading {
  readonly files: readonly SourceFile[];
  /** Without spans; see access.ts. */
  readonly diagnostics: readonly Diagnostic[];
  /** Paths that are there and should have been read but could not be. */
  readonly unread: readonly string[];
}

/** Reads the files of a directory; `path` is absolute. */
export function readDirectory(path: string, files: FileAccess): DirectoryReading {
  const listing = files.list(path);
  if (isDiagnostic(listing)) return { files: [], diagnostics: [listing], unread: [path] };
  const read: SourceFile[] = [];
  const diagnostics: Diagnostic[] = [];
  const unread: string[] = [];
  for (const name of listing.names) {
    const member = path.endsWith('/') ? `${path}${name}` : `${path}/${name}`;
    const reason = whySkipped(name);
    if (reason !== undefined) {
      diagnostics.push(skipped(member, reason));
      continue;
    }
    const answer = files.read(member);
    if (!isDiagnostic(answer)) {
      read.push(answer);
    } else if (answer.code === 'file-missing') {
      diagnostics.push(recast(answer, 'file-vanished', 'warning', `${member} vanished while ${path} was being read`));
    } else if (answer.code === 'file-is-directory' || answer.code === 'file-not-regular') {
      diagnostics.push(recast(answer, 'include-not-regular', 'warning', `${answer.message}: it is passed over`));
    } else {
      diagnostics.push(answer);
      unread.push(member);
    }
  }
  return { files: read, diagnostics, unread };
}

function whySkipped(name: string): string | undefined {
  if (name.includes('.')) return "its name has a '.'";
  if (name.endsWith('~')) return "its name ends in '~'";
  return undefined;
}

function skipped(path: string, reason: string): Diagnostic {
  return {
    code: 'include-skipped',
    severity: 'note',
    message: `${path} is not read: ${reason}`,
    path,
    span: undefined,
    service: undefined,
    help: 'rename the file if it is meant to be read',
  };
}

function recast(from: Diagnostic, code: Diagnostic['code'], severity: Severity, message: string): Diagnostic {
  return { ...from, code, severity, message };
}
