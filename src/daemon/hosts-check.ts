/**
 * What `kinetd check` says about hosts.allow and hosts.deny: the findings of their reader, with the place in the text.
 * None of them refuses a service. The running daemon reads the files itself, and tells what is wrong in its log.
 */
import { parseHostsFile } from '../access/mod.ts';
import { type Diagnostic, type DiagnosticCode, diagnose, type FileAccess, isDiagnostic } from '../config/mod.ts';
import type { HostsPaths } from './hosts-files.ts';

const codes = {
  error: 'hosts-rule-refuses',
  warning: 'hosts-option-ignored',
  note: 'hosts-comment',
} as const satisfies Record<Diagnostic['severity'], DiagnosticCode>;

/** Files that are not there have no rules. */
export function checkHostsFiles({ allow, deny }: HostsPaths, files: FileAccess): readonly Diagnostic[] {
  return [allow, deny].flatMap((path) => {
    const file = files.read(path);
    if (isDiagnostic(file)) return file.code === 'file-missing' ? [] : [file];
    return parseHostsFile(file.text).findings.map(({ line, severity, message, help }) => {
      const start = file.lineStarts[line - 1] ?? 0;
      const newline = file.text.indexOf('\n', start);
      const span = { file, start, end: newline === -1 ? file.text.length : newline };
      return diagnose(codes[severity], span, message, { help });
    });
  });
}
